"""The key ring of the tests. It protects nothing; recorded histories in the tests can be opened with it."""

from adapters.codec import KeyRing
from adapters.personal import PersonalData

TEST_KEYS = KeyRing(current="test", keys={"test": "dGVzdC1rZXktZm9yLXRlc3RzLW9ubHktMzItYnl0ZXM="})
PERSONAL = PersonalData(TEST_KEYS)
