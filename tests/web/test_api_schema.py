"""The API against its own description: made-up requests, valid and not, to the real application and database.

Each operation is asked by an administrator's token with all scopes; whatever comes, the answer has the form that the
description promises, and nothing breaks. A request of the right form may still be refused: there is no such place.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from adapters.patience import COUNTED_FOR
from models.outside import Scope
from tests.conftest import DatabaseServer
from tests.web.pages import Pages, open_pages
from web.api.acting import OFFERED
from web.api.app import PREFIX

EXAMPLES = 4
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def pages(
    database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    """One desk for all requests; none of them may reach a case."""
    url = database_server.create(template=migrated_template)
    with open_pages(url, tmp_path_factory.mktemp("desk")) as browser:
        yield browser
    database_server.drop(url)


@pytest.fixture(scope="module")
def api(pages: Pages) -> BaseSchema:
    """The description, as the application itself gives it."""
    found = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", pages.app)
    found.config.generation.update(modes=list(MODES), allow_x00=False)
    return found


@pytest.fixture(scope="module")
def headers(pages: Pages) -> dict[str, str]:
    """A token for everything."""
    _, secret = pages.installation.tokens.make("schemathesis", tuple(Scope), "admin-01", 30, "admin-01")
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("mode", list(MODES), ids=lambda mode: str(mode.value))
@pytest.mark.timeout(300)
def test_every_answer_is_one_that_the_description_promises(
    pages: Pages, api: BaseSchema, headers: dict[str, str], mode: GenerationMode
) -> None:
    asked = 0
    for found in api.get_all_operations():
        pages.installation.moment += COUNTED_FOR  # the wrong tokens that are tried as well are no storm of them
        operation = found.ok() if isinstance(found, Ok) else None
        assert operation is not None, found

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        ask()
        asked += 1
    assert asked == 5 + len(OFFERED)
