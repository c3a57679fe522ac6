"""Does one thing by Temporal's Python SDK and prints what came of it as JSON: ACTION LOGIN_ID [more]. See claims.ts."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass

from retrieve import connect
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError


@dataclass
class Stage:
    """One field of many."""

    stage: str


async def measure(action: str, login_id: str, more: str = "") -> dict:
    client = await connect()
    id = f"account-details-{login_id}"
    run = client.get_workflow_handle(id, result_type=dict)
    if action == "start":
        use = WorkflowIDConflictPolicy.USE_EXISTING if more == "join" else WorkflowIDConflictPolicy.UNSPECIFIED
        started = await client.start_workflow(
            "retrieveAccountDetails",
            {"login": {"loginId": login_id}, "mode": None, "details": None, "tag": None},
            id=id,
            task_queue="flinks-account-details",
            id_conflict_policy=use,
        )
        return {"runId": started.result_run_id}
    if action == "result":
        return await run.result()
    if action == "progress":
        return {"stage": (await run.query("progress", result_type=Stage)).stage}
    if action == "update":
        message = {"answers": {"No question": "No answer"}}
        return await run.execute_update("answerSecurityChallenges", message, id=more, result_type=dict)
    raise ValueError(f"no action {action}")


def seen_of(error: BaseException) -> dict:
    failure = error.cause if isinstance(error, (WorkflowFailureError, WorkflowUpdateFailedError)) else error
    if isinstance(failure, ApplicationError):
        return {"type": failure.type, "message": failure.message, "details": failure.details[0]}
    return {"error": type(failure).__name__, "message": str(failure)}


async def main() -> None:
    try:
        seen = await measure(*sys.argv[1:])
    except Exception as error:
        seen = seen_of(error)
    print(json.dumps(seen), flush=True)
    os._exit(0)


asyncio.run(main())
