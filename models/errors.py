"""The error tree.

    HaochapingError            anything that this software says no to
    ├── BadInput               what came from outside cannot be taken; the sentence says what to correct
    │   ├── BadPolicy          a jurisdiction's policy file, with key and reason
    │   ├── BadDirectory       the directory of units and users
    │   └── KeyUsedOtherwise   an idempotency key that stood for another request
    ├── UnknownCase            no case of that number
    ├── UnknownUser            no user of that name in the directory
    ├── LoginRefused           who wants to log in has not proved who they are, or may not now
    ├── ActionRefused          the case says no: wrong person, wrong stage, or already done
    │   ├── RefusedForNow      the same, but only until dates that are on their way have come
    │   ├── NotVisible         the case is another unit's, or about somebody else
    │   └── StillBeingDone     the same request of another system is under way
    ├── NoDocument             an official document could not be made here: its template, or the program that prints it
    ├── EngineUnavailable      the engine did not answer in time; the same action may be sent again
    └── StackNotRunning        a command needs the running stack, and there is none

Every message is a Chinese sentence for the person in front of the screen.
"""


class HaochapingError(Exception):
    """The base of all errors that carry a sentence for a person."""


class BadInput(HaochapingError):
    """What came from outside cannot be taken."""


class BadPolicy(BadInput):
    """A jurisdiction's policy has a missing, unknown or contradictory parameter."""


class BadDirectory(BadInput):
    """The directory file of units and users cannot be taken."""


class KeyUsedOtherwise(BadInput):
    """The idempotency key of a request stood for another request before."""


class UnknownCase(HaochapingError):
    """There is no case of that number."""


class UnknownUser(HaochapingError):
    """There is no user of that name in the directory."""


class LoginRefused(HaochapingError):
    """Nobody was logged in; the sentence does not say whether the user exists."""


class ActionRefused(HaochapingError):
    """The case refused the action; nothing changed."""


class NotVisible(ActionRefused):
    """The case is not for this person to look at."""


class StillBeingDone(ActionRefused):
    """The same request of another system, under the same key, is under way."""


class RefusedForNow(ActionRefused):
    """The case refused the action until dates that it waits for are there; sending the same action again is right."""


class NoDocument(HaochapingError):
    """An official document could not be made; nothing in the case changed."""


class EngineUnavailable(HaochapingError):
    """The engine did not answer in time; sending the same action again is safe."""


class StackNotRunning(HaochapingError):
    """A command needs the running stack, and there is none."""
