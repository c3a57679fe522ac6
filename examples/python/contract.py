"""The shapes of docs/contract.md, as far as this program needs them. What stays None is sent as null: it is absent."""

from dataclasses import dataclass


@dataclass
class Login:
    loginId: str | None = None
    institution: str | None = None
    username: str | None = None
    password: str | None = None


@dataclass
class Details:
    withTransactions: bool | None = None
    daysOfTransactions: str | None = None
    accountsFilter: list[str] | None = None


@dataclass
class Input:
    login: Login
    mode: str | None = None
    details: Details | None = None
    tag: str | None = None


@dataclass
class Challenge:
    prompt: str
    choices: list[str] | None = None


@dataclass
class Progress:
    stage: str
    round: int
    requestId: str | None = None
    challenges: list[Challenge] | None = None


@dataclass
class Answers:
    answers: dict[str, str]
    round: int | None = None
    requestId: str | None = None
    answerId: str | None = None


@dataclass
class AnswerOutcome:
    accepted: bool
    round: int


@dataclass
class Balance:
    current: float | str | None = None  # A number that a double cannot hold comes as its digits.


@dataclass
class Account:
    """Nearly every field of an account may be null or absent."""

    title: str | None = None
    currency: str | None = None
    balance: Balance | None = None


@dataclass
class Result:
    requestId: str
    accounts: list[Account]
    institution: str | None = None


@dataclass
class FailureDetails:
    """The first detail of a run's failure and of a refused answer."""

    flinksCode: str | None = None
    requestId: str | None = None
    fields: list[str] | None = None

    @staticmethod
    def of(detail: dict) -> "FailureDetails":
        return FailureDetails(detail.get("flinksCode"), detail.get("requestId"), detail.get("fields"))
