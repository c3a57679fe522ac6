package example;

import example.Contract.AnswerOutcome;
import example.Contract.Answers;
import example.Contract.Challenge;
import example.Contract.FailureDetails;
import example.Contract.Input;
import example.Contract.Login;
import example.Contract.Progress;
import example.Contract.Result;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.util.HashMap;
import java.util.Objects;
import java.util.Scanner;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** Retrieves the accounts of one LoginId, and passes the bank's questions on to whoever runs it. */
public final class Retrieve {
  private static final Scanner input = new Scanner(System.in);

  public static void main(String[] args) throws Exception {
    if (args.length != 1) throw new IllegalArgumentException("Usage: Retrieve LOGIN_ID");
    // The client's threads would keep Java alive.
    System.exit(retrieve(Connection.connect(), args[0]));
  }

  private static int retrieve(WorkflowClient client, String loginId) throws InterruptedException {
    var run = start(client, loginId);
    try {
      var result = follow(run);
      for (var account : result.accounts()) {
        var current = account.balance() == null ? null : account.balance().current();
        System.out.println(account.title() + " " + current + " " + account.currency());
      }
      return 0;
    } catch (CompletionException failed) {
      System.err.println(reasonOf(failed));
      return 1;
    }
  }

  /** Starts the run of this login, or joins the one that is open, whatever input that one has. */
  private static WorkflowStub start(WorkflowClient client, String loginId) {
    var options =
        WorkflowOptions.newBuilder()
            .setWorkflowId("account-details-" + loginId.toLowerCase())
            .setTaskQueue("flinks-account-details")
            // Without it, the second start of an open run is refused as WorkflowExecutionAlreadyStarted.
            .setWorkflowIdConflictPolicy(
                WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
            .build();
    var run = client.newUntypedWorkflowStub("retrieveAccountDetails", options);
    run.start(new Input(Login.of(loginId), null, null, null));
    return run;
  }

  /** Answers what the bank asks until the run has ended. */
  private static Result follow(WorkflowStub run) throws InterruptedException {
    var result = run.getResultAsync(Result.class);
    var answered = 0;
    while (!result.isDone()) {
      Thread.sleep(1_000);
      try {
        var progress = run.query("progress", Progress.class);
        if (!progress.stage().equals("awaitingAnswers") || progress.round() <= answered) continue;
        answer(run, progress);
        answered = progress.round();
      } catch (RuntimeException failed) { // Of a query or an answer: the result says how the run ended.
        System.err.println(reasonOf(failed));
      }
    }
    return result.join();
  }

  /** Asks each question here, and sends all answers in one message. */
  private static void answer(WorkflowStub run, Progress progress) {
    var answers = new HashMap<String, String>();
    for (Challenge challenge : progress.challenges()) {
      System.out.println(challenge.prompt());
      if (challenge.choices() != null) challenge.choices().forEach(choice -> System.out.println("  " + choice));
      answers.put(challenge.prompt(), input.nextLine());
    }
    // An answer with the same id counts once, however often it is sent.
    var answerId = UUID.randomUUID().toString();
    var options =
        UpdateOptions.newBuilder(AnswerOutcome.class)
            .setUpdateName("answerSecurityChallenges")
            .setUpdateId(answerId)
            .setWaitForStage(WorkflowUpdateStage.COMPLETED)
            .build();
    run.startUpdate(options, new Answers(progress.round(), progress.requestId(), answerId, answers)).getResult();
  }

  /** A failure of the contract by its type, its message and what its details name; any other as it is. */
  private static String reasonOf(Throwable error) {
    for (var cause = error; cause != null; cause = cause.getCause())
      if (cause instanceof ApplicationFailure failure) {
        var details = failure.getDetails().getSize() == 0 ? null : failure.getDetails().get(FailureDetails.class);
        return failure.getType() + ": " + failure.getOriginalMessage() + " " + Objects.toString(details, "");
      }
    return error.toString();
  }
}
