import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.codec.OkHttpRemoteDataEncoderCodec;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.OkHttpClient;

/** Does one thing by Temporal's Java SDK and prints what came of it as JSON: ACTION LOGIN_ID [more]. See claims.ts. */
public final class Measure {
  record Login(String loginId) {}

  record Input(Login login, String mode, Object details, String tag) {}

  /** One field of many. */
  record Stage(String stage) {}

  public static void main(String[] args) throws Exception {
    Object seen;
    try {
      seen = measure(args[0], args[1], args.length > 2 ? args[2] : "");
    } catch (RuntimeException error) {
      seen = seenOf(error);
    }
    System.out.println(new ObjectMapper().writeValueAsString(seen));
    System.exit(0);
  }

  private static Object measure(String action, String loginId, String more) {
    var stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(System.getenv("TEMPORAL_ADDRESS")).build());
    var options =
        WorkflowClientOptions.newBuilder()
            .setNamespace(System.getenv("TEMPORAL_NAMESPACE"))
            .setDataConverter(dataConverter(more))
            .build();
    var client = WorkflowClient.newInstance(stubs, options);
    var id = "account-details-" + loginId;
    var run = client.newUntypedWorkflowStub(id);
    switch (action) {
      case "start":
        var how = WorkflowOptions.newBuilder().setWorkflowId(id).setTaskQueue("flinks-account-details");
        if (more.equals("join"))
          how.setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
        WorkflowStub started = client.newUntypedWorkflowStub("retrieveAccountDetails", how.build());
        return Map.of("runId", started.start(new Input(new Login(loginId), null, null, null)).getRunId());
      case "result":
        return run.getResult(Map.class);
      case "progress":
        return run.query("progress", Stage.class);
      case "update":
        var update =
            UpdateOptions.newBuilder(Map.class)
                .setUpdateName("answerSecurityChallenges")
                .setUpdateId(more)
                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                .build();
        return run.startUpdate(update, Map.of("answers", Map.of("No question", "No answer"))).getResult();
      default:
        throw new IllegalArgumentException("no action " + action);
    }
  }

  private static DataConverter dataConverter(String more) {
    var http = new OkHttpClient.Builder();
    if (!more.equals("no-header"))
      http.addInterceptor(
          chain ->
              chain.proceed(
                  chain.request().newBuilder().header("X-Namespace", System.getenv("TEMPORAL_NAMESPACE")).build()));
    var json = DefaultDataConverter.newDefaultInstance();
    if (!more.equals("default-mapper")) {
      var mapper = JacksonJsonPayloadConverter.newDefaultObjectMapper();
      mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
      json = json.withPayloadConverterOverrides(new JacksonJsonPayloadConverter(mapper));
    }
    var codec = new OkHttpRemoteDataEncoderCodec(http.build(), System.getenv("TEMPORAL_CODEC_ENDPOINT"));
    return new CodecDataConverter(json, List.of(codec));
  }

  private static Map<String, Object> seenOf(Throwable error) {
    var seen = new TreeMap<String, Object>();
    var chain = new ArrayList<String>();
    for (var cause = error; cause != null; cause = cause.getCause()) {
      chain.add(cause.getClass().getSimpleName() + ": " + cause.getMessage());
      if (cause instanceof ApplicationFailure failure) {
        seen.put("type", failure.getType());
        seen.put("message", failure.getOriginalMessage());
        seen.put("details", failure.getDetails().get(Map.class));
        return seen;
      }
    }
    seen.put("error", error.getClass().getSimpleName());
    seen.put("message", String.join("; ", chain));
    return seen;
  }

  private Measure() {}
}
