package example;

import com.fasterxml.jackson.databind.DeserializationFeature;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.payload.codec.OkHttpRemoteDataEncoderCodec;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/** Connects by Temporal's own environment configuration: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and so on. */
final class Connection {
  static WorkflowClient connect() throws IOException {
    var profile = ClientConfigProfile.load();
    var namespace = profile.getNamespace() == null ? "default" : profile.getNamespace();
    var options =
        profile.toWorkflowClientOptions().toBuilder()
            .setNamespace(namespace)
            .setDataConverter(dataConverter(namespace))
            .build();
    return WorkflowClient.newInstance(
        WorkflowServiceStubs.newServiceStubs(profile.toWorkflowServiceStubsOptions()), options);
  }

  private static DataConverter dataConverter(String namespace) {
    var mapper = JacksonJsonPayloadConverter.newDefaultObjectMapper();
    // Fields are added to results and progress: what this program does not know, it skips.
    mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    var json =
        DefaultDataConverter.newDefaultInstance()
            .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(mapper));
    if ("off".equals(System.getenv("PAYLOAD_ENCRYPTION"))) return json;
    var endpoint = System.getenv("TEMPORAL_CODEC_ENDPOINT");
    if (endpoint == null)
      throw new IllegalStateException(
          "Set TEMPORAL_CODEC_ENDPOINT to your codec server, or PAYLOAD_ENCRYPTION=off.");
    return new CodecDataConverter(
        json, List.of(new OkHttpRemoteDataEncoderCodec(codecClient(namespace), endpoint)), true);
  }

  /** Temporal's codec sends neither the namespace nor a token by itself. */
  private static OkHttpClient codecClient(String namespace) {
    var authorization = System.getenv("TEMPORAL_CODEC_AUTH");
    return new OkHttpClient.Builder()
        .addInterceptor(
            chain -> {
              Request.Builder request = chain.request().newBuilder().header("X-Namespace", namespace);
              if (authorization != null) request.header("Authorization", authorization);
              return chain.proceed(request.build());
            })
        .build();
  }

  private Connection() {}
}
