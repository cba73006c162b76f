"""The counterpart lets the reader of an SMS answer it, and the answer goes to whom the SMS came from, signed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from adapters.signed_http import sign
from tests.messages.support import SECRET, Counterparts
from tests.messages.test_counterparts import send_sms

Heard = list[tuple[str, str, bytes]]


@contextmanager
def sender(answer: bytes, status: int = 200) -> Iterator[tuple[str, Heard]]:
    """The one who sent the SMS: where it wants reports, and what it heard there (path, signature, body)."""
    heard: Heard = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, self.headers["X-Signature"], body))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks/sms", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sms(counterparts: Counterparts, receipt_to: str = "") -> None:
    """One SMS has arrived."""
    body = {"to": "13800000001", "text": "请评价。退订回T", "receipt_to": receipt_to}
    assert send_sms(counterparts, "k-1", json.dumps(body, ensure_ascii=False)).status_code == 200


def answered(counterparts: Counterparts, text: str) -> str:
    """The page after the reader of the first SMS has answered it there."""
    form = {"message": "1", "text": text}
    return httpx.post(f"{counterparts.url}/replies", data=form, follow_redirects=True, trust_env=False).text


def test_the_answer_arrives_at_the_sender_with_the_readers_number_and_the_signature(counterparts: Counterparts) -> None:
    with sender(b'{"result": "recorded"}') as (address, heard):
        sms(counterparts, address)
        assert "对方已登记" in answered(counterparts, "退订")
    ((signature, body),) = [(signature, body) for path, signature, body in heard if path == "/hooks/sms/replies"]
    said = json.loads(body)
    assert (said["from"], said["text"]) == ("13800000001", "退订")
    assert signature == sign(SECRET.encode(), body)


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (b'{"result": "known"}', 200, "与先前登记的相同"),
        (b'{"result": "no-wish"}', 200, "对方没有要登记的内容"),
        (b"{}", 401, "回复没有被接受：HTTP 401"),
    ],
)
def test_the_page_says_what_came_of_the_answer(
    answer: bytes, status: int, says: str, counterparts: Counterparts
) -> None:
    with sender(answer, status) as (address, _):
        sms(counterparts, address)
        assert says in answered(counterparts, "好的")


def test_an_answer_that_can_go_nowhere_says_so(counterparts: Counterparts) -> None:
    sms(counterparts)
    assert "还不知道把回复送到哪里" in answered(counterparts, "T")


def test_an_answer_to_what_is_no_sms_is_refused(counterparts: Counterparts) -> None:
    answer = httpx.post(f"{counterparts.url}/replies", data={"message": "7", "text": "T"}, trust_env=False)
    assert answer.status_code == 404
