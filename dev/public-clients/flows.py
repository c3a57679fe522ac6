"""Takes a Python client of Flinks through a cached and a live flow: python flows.py MODULE BASE_URL CUSTOMER_ID.

pyflinks is a fork of flinks, and both have the same methods. Every line that is printed is a step that succeeded; a step
that does not ends the program with a traceback.
"""

import importlib
import sys

PLAIN = "5c000010-0000-4000-8000-000000000001"
QUESTION = "What city were you born in?"

module, base_url, customer_id = sys.argv[1:]
# The base URL is an argument of the constructor, so that nothing of the package is changed.
client = importlib.import_module(module).Client(customer_id, base_url=f"{base_url}/v3/")
bank = client.banking_services


def expect(step, reply, status):
    if reply["HttpStatusCode"] != status:
        raise SystemExit(f"{step}: {status} was expected, {reply} came")
    print(f"{step}: {status}")
    return reply


cached = expect("cached Authorize by LoginId", bank.authorize(login_id=PLAIN, most_recent_cached=True), 200)
request_id = cached["RequestId"]
summary = expect("cached Summary", bank.get_accounts_summary(request_id), 200)
detail = expect("cached Detail", bank.get_accounts_detail(request_id, with_transactions=True), 200)
print(f"{len(summary['Accounts'])} and {len(detail['Accounts'])} accounts")

# Names and passwords of the sandbox may be written in capitals.
asked = expect(
    "live Authorize by credentials",
    bank.authorize(institution="FlinksCapital", username="QUESTION-THEN-PENDING", password="EVERYDAY", save=True),
    203,
)
request_id = asked["RequestId"]
answers = {challenge["Prompt"]: ["Montreal"] for challenge in asked["SecurityChallenges"]}
assert list(answers) == [QUESTION], answers
opened = expect("live answer", bank.authorize(request_id=request_id, security_responses=answers), 200)
expect("live Summary", bank.get_accounts_summary(request_id), 200)
expect("live Detail", bank.get_accounts_detail(request_id), 202)
expect("live poll 1", bank.get_accounts_detail_async(request_id), 202)
detail = expect("live poll 2", bank.get_accounts_detail_async(request_id), 200)
print(f"{len(detail['Accounts'])} accounts")

login_id = opened["Login"]["Id"]
expect("statements", bank.get_statements(request_id), 200)
expect("MFA questions", bank.get_mfa_questions(login_id), 200)
expect("scheduled refresh", bank.set_scheduled_refresh(login_id), 200)
deleted = bank.delete_card(login_id)
assert deleted["StatusCode"] == 200 and login_id in deleted["Message"], deleted
print("DeleteCard: 200")
