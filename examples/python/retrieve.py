"""Retrieves the accounts of one LoginId, and passes the bank's questions on to whoever runs it."""

import asyncio
import dataclasses
import os
import sys
import uuid

from contract import AnswerOutcome, Answers, FailureDetails, Input, Login, Progress, Result
from remote_codec import RemoteCodec
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode


async def connect() -> Client:
    """Connects by Temporal's own environment configuration: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and so on."""
    config = {"target_host": "localhost:7233", "namespace": "default", **ClientConfig.load_client_connect_config()}
    return await Client.connect(**config, data_converter=data_converter(config["namespace"]))


def data_converter(namespace: str) -> DataConverter:
    if os.environ.get("PAYLOAD_ENCRYPTION") == "off":
        return DataConverter.default
    endpoint = os.environ.get("TEMPORAL_CODEC_ENDPOINT")
    if not endpoint:
        sys.exit("Set TEMPORAL_CODEC_ENDPOINT to your codec server, or PAYLOAD_ENCRYPTION=off.")
    codec = RemoteCodec(endpoint, namespace, os.environ.get("TEMPORAL_CODEC_AUTH"))
    return dataclasses.replace(DataConverter.default, payload_codec=codec)


async def start(client: Client, login_id: str) -> WorkflowHandle:
    """Starts the run of this login, or joins the one that is open, whatever input that one has."""
    workflow_id = f"account-details-{login_id.lower()}"
    try:
        return await client.start_workflow(
            "retrieveAccountDetails",
            Input(Login(login_id)),
            id=workflow_id,
            task_queue="flinks-account-details",
            result_type=Result,
        )
    except WorkflowAlreadyStartedError:
        return client.get_workflow_handle(workflow_id, result_type=Result)


async def next_challenge(run: WorkflowHandle) -> Progress | None:
    """Waits until the bank asks, or until the run has ended, which is told by None."""
    progress = await run.query("progress", result_type=Progress)
    if progress.stage != "awaitingAnswers":
        shared = f"waitForChallenge-{progress.round}"  # All who wait for the same thing share one update of the run.
        try:
            progress = await run.execute_update("waitForChallenge", id=shared, result_type=Progress)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return None  # The run had ended before it could be asked.
    return progress if progress.stage == "awaitingAnswers" else None


async def answer(run: WorkflowHandle, progress: Progress) -> None:
    """Asks each question here, and sends all answers in one message until the run takes them."""
    while True:
        answers = {}
        for challenge in progress.challenges or []:
            print(challenge.prompt, *(challenge.choices or []), sep="\n  ")
            answers[challenge.prompt] = input()
        answer_id = str(uuid.uuid4())  # An answer with the same id counts once, however often it is sent.
        message = Answers(answers, progress.round, progress.requestId, answer_id)
        try:
            await run.execute_update("answerSecurityChallenges", message, id=answer_id, result_type=AnswerOutcome)
            return
        except WorkflowUpdateFailedError as refusal:
            if not isinstance(refusal.cause, ApplicationError):
                raise
            print(reason_of(refusal.cause))
            if refusal.cause.type in ("RoundOver", "NoChallengeOpen", "WrongSession"):
                return  # These are answered no more: what comes next says why.


def reason_of(failure: BaseException | None) -> str:
    """A failure of the contract by its type, its message and what its details name; any other as it is."""
    if not isinstance(failure, ApplicationError):
        return f"The run ended: {failure}"
    details = FailureDetails.of(failure.details[0]) if failure.details else ""
    return f"{failure.type}: {failure.message} {details}"


async def main(login_id: str) -> int:
    run = await start(await connect(), login_id)
    while (progress := await next_challenge(run)) is not None:
        await answer(run, progress)
    try:
        result = await run.result()
    except WorkflowFailureError as failure:
        print(reason_of(failure.cause), file=sys.stderr)
        return 1
    for account in result.accounts:
        print(account.title, account.balance and account.balance.current, account.currency)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python retrieve.py LOGIN_ID")
    status = asyncio.run(main(sys.argv[1]))
    # A thread of the SDK that is still about its business can abort Python while it ends (temporalio/sdk-python#300),
    # so this ends at once. A program that goes on needs none of it.
    sys.stdout.flush()
    os._exit(status)
