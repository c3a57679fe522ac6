// Traces of a worker: a span for each activity and, in it, one for each call to Flinks. Temporal's own interceptors are
// not used, because they write messages and stacks of errors into spans.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { failureTypes } from '../contract.js';
import { ConfigurationError } from '../config/environment.js';
import type { EndedCall } from '../flinks/observed.js';

export interface Tracing {
  activity: ActivityInterceptorsFactory;
  /** Is called by an activity for each call to Flinks that it made. */
  observe(call: EndedCall): void;
  /** Sends what has not been sent yet, until the exporter's time-out. */
  close(): Promise<void>;
}

/** A worker is complete without these packages, so whoever wants traces installs them: docs/operations/watching.md says how. */
const loadOpenTelemetry = () =>
  Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
  ]).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const install = `npm install --no-save --save-prod --omit=dev --ignore-scripts ${packages.join(' ')}`;
    const problem = `needs packages that are not installed: run ${install}`;
    throw new ConfigurationError([{ variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', problem }]);
  });

const packages = [
  '@opentelemetry/api@1.9.0',
  '@opentelemetry/exporter-trace-otlp-http@0.220.0',
  '@opentelemetry/resources@2.9.0',
  '@opentelemetry/sdk-trace-node@2.9.0',
];

/**
 * Exports spans as OpenTelemetry's own variables say. They hold names, ids of runs and words from closed lists. Throws
 * a ConfigurationError that says what to install.
 */
export async function openTracing(): Promise<Tracing> {
  const [{ SpanKind, SpanStatusCode }, { OTLPTraceExporter }, resources, sdk] = await loadOpenTelemetry();
  const provider = new sdk.NodeTracerProvider({
    // Detectors of hosts and processes would add command lines and names of machines.
    resource: resources
      .resourceFromAttributes({ 'service.name': 'flinks-temporal' })
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  // A call finds the span of its activity through what is registered here. Nothing of it is sent to Flinks.
  provider.register({ propagator: null });
  const tracer = provider.getTracer('flinks-temporal');
  const failed = { code: SpanStatusCode.ERROR };

  return {
    activity: ({ info }) => ({
      inbound: {
        execute(input, next) {
          const { workflowId, runId } = info.workflowExecution ?? {};
          const attributes = { temporalWorkflowId: workflowId, run_id: runId, attempt: info.attempt };
          return tracer.startActiveSpan(info.activityType, { attributes }, async (span) => {
            try {
              const result = await next(input);
              span.setAttribute('outcome', 'completed');
              return result;
            } catch (error) {
              span.setAttribute('outcome', outcomeOf(error)).setStatus(failed);
              throw error;
            } finally {
              span.end();
            }
          });
        },
      },
    }),
    observe({ endpoint, code, status, seconds }) {
      const span = tracer.startSpan(endpoint, { kind: SpanKind.CLIENT, startTime: Date.now() - seconds * 1_000 });
      span.setAttribute('flinks.code', code);
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      if (status === undefined || status >= 400) span.setStatus(failed);
      span.end();
    },
    // If the collector cannot be reached, spans are lost and nothing else is.
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function outcomeOf(error: unknown): string {
  if (error instanceof CancelledFailure) return 'cancelled';
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  return failureTypes.find((known) => known === type) ?? 'other';
}
