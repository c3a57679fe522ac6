// Variables that no schema of ours describes: those of Temporal's SDK, of other libraries, of tools and of tests.

/** By name: the default, what the value must be, and one sentence. */
export type Listed = Record<string, [byDefault: string, must: string, says: string]>;

/** What Temporal's environment configuration reads. A test compares the names with its source. */
export const temporalVariables: Listed = {
  TEMPORAL_ADDRESS: ['`localhost:7233`', 'host:port', 'The Temporal server.'],
  TEMPORAL_NAMESPACE: ['`default`', '', 'The namespace of the runs.'],
  TEMPORAL_API_KEY: ['', '', 'The API key for the server. It turns TLS on.'],
  TEMPORAL_TLS: ['', 'true or false', 'Turns TLS on or off.'],
  TEMPORAL_TLS_CLIENT_CERT_PATH: ['', 'a file', 'The client certificate.'],
  TEMPORAL_TLS_CLIENT_CERT_DATA: ['', 'PEM', 'The same as text.'],
  TEMPORAL_TLS_CLIENT_KEY_PATH: ['', 'a file', 'The key of the client certificate.'],
  TEMPORAL_TLS_CLIENT_KEY_DATA: ['', 'PEM', 'The same as text. A secret.'],
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: ['', 'a file', 'The authority that signed the server’s certificate.'],
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: ['', 'PEM', 'The same as text.'],
  TEMPORAL_TLS_SERVER_NAME: [
    '',
    'a host name',
    'The name in the server’s certificate, if it is not the host of the address.',
  ],
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: ['', 'true or false', 'Skips the check of that name.'],
  TEMPORAL_CONFIG_FILE: ['by system', 'a file', 'Where `temporal.toml` is.'],
  TEMPORAL_PROFILE: ['`default`', '', 'The profile in `temporal.toml`.'],
  TEMPORAL_GRPC_META_: [
    '',
    '',
    'The start of a name: `TEMPORAL_GRPC_META_X_TEAM` sets the header `x-team` of calls to the server.',
  ],
  TEMPORAL_CODEC_ENDPOINT: [
    '',
    'an address',
    'The codec server. Only `starter doctor`, the Temporal CLI and `examples/` use it.',
  ],
  TEMPORAL_CODEC_AUTH: ['', 'a header value', 'What is sent to it as `Authorization`.'],
};

export const otherVariables: { title: string; readBy: string; variables: Listed }[] = [
  {
    title: 'Libraries',
    readBy: 'The library that is named, in whatever program loads it.',
    variables: {
      OTEL_SERVICE_NAME: ['', '', 'OpenTelemetry: the name of the worker in traces.'],
      OTEL_EXPORTER_OTLP_HEADERS: ['', 'name=value, comma-separated', 'OpenTelemetry: headers for the collector.'],
      OTEL_EXPORTER_OTLP_TIMEOUT: ['10 s', 'milliseconds', 'OpenTelemetry: how long an export may take.'],
      AWS_REGION: ['`us-east-1`', 'a region', 'AWS: the region of the S3 bucket in `PAYLOAD_STORAGE`.'],
      AWS_ACCESS_KEY_ID: ['', '', 'AWS: credentials. Every other way of the AWS SDK works too.'],
      AWS_SECRET_ACCESS_KEY: ['', '', 'AWS: credentials.'],
      HTTPS_PROXY: ['', 'http://user:password@host:port', 'The way to Flinks. For an http address it is `HTTP_PROXY`.'],
      NO_PROXY: ['', 'hosts, comma-separated', 'Flinks’ hosts that are reached without a proxy.'],
      https_proxy: ['', 'http://user:password@host:port', 'gRPC: the way to Temporal. `grpc_proxy` holds before it.'],
      no_proxy: ['', 'ends of hosts, comma-separated', 'gRPC: hosts of Temporal that are reached without a proxy.'],
      NODE_EXTRA_CA_CERTS: ['', 'a file', 'Node: authorities that are trusted besides the known ones, for Flinks.'],
      NO_COLOR: ['', '', 'Node: any value turns the colours of `starter` off.'],
      FORCE_COLOR: ['', '', 'Node: turns them on in a pipe.'],
      NODE_OPTIONS: ['', '', 'Node: such as `--max-old-space-size=4096` for the heap of a worker.'],
    },
  },
  {
    title: 'Docker',
    readBy: '`docker compose`, from `.env`. `deploy/prepare` writes what is needed.',
    variables: {
      COMPOSE_PROFILES: [
        '',
        '`simulator`, `monitoring`',
        'What is started besides the services that are always there.',
      ],
      NAMESPACE_RETENTION: [
        '`7d`',
        'a duration of the Temporal CLI',
        'How long closed runs are kept. Taken when the namespace is made.',
      ],
      SETUP_PATIENCE_SECONDS: ['120', 'seconds', 'How long the set-up scripts wait for database and server.'],
    },
  },
  {
    title: 'Development',
    readBy: '`npm run dev`, `npm run demo`, `npm test` and the benchmarks.',
    variables: {
      TEMPORAL_CLI_PATH: ['from PATH, or by pip', 'a file', 'The Temporal CLI, which is also the dev server.'],
      TEMPORAL_TEST_SERVER_PATH: ['from PATH, or by pip', 'a file', 'The test server that skips time.'],
      FLINKS_TEMPORAL_CACHE: [
        'the user’s cache folder',
        'a folder',
        'Where downloaded programs and the local key are kept.',
      ],
      XDG_CACHE_HOME: ['`~/.cache`', 'a folder', 'The user’s cache folder.'],
    },
  },
  {
    title: 'Tests and benchmarks',
    readBy: '`npm test`, `npm run test:chaos`, `npm run test:simulation` and the scripts of `bench/`.',
    variables: {
      CHAOS_SIZE: ['', '`small`', 'Makes every trial of `test:chaos` smaller.'],
      CHAOS_EVENT_STEP: ['1', 'a number', 'Strikes at every so many events of a run.'],
      CHAOS_FLEET_RUNS: ['500', 'a number', 'Runs while workers are killed.'],
      CHAOS_OUTAGE_SECONDS: ['60', 'seconds', 'How long a network is cut.'],
      CHAOS_RACES: ['500', 'a number', 'Races of answer, deadline and cancellation.'],
      CHAOS_CANCELS: ['200', 'a number', 'Cancellations within a slow call.'],
      CHAOS_SOAK_RUNS: ['20,000', 'a number', 'Runs of the soak.'],
      CHAOS_PAIRS: ['1,000', 'a number', 'Pairs of customers in the soak.'],
      PLANS: ['40', 'a number', 'Random plans.'],
      SEED: ['random', 'a number', 'Repeats the plans of a run that failed.'],
      ACCEPTS: [
        'any',
        'a list of any, namespace and workflow',
        'Values of PAYLOAD_ACCEPT under which payloads are forged.',
      ],
      SIGNALS: ['500', 'a number', 'Signals to one run.'],
      SCREENSHOTS: ['', 'a folder', 'Where the test of the Web UI leaves its pictures.'],
      CHROMIUM_PATH: [
        'from the usual places',
        'a file',
        'The browser for tests of the Web UI. Without one they are skipped.',
      ],
      S3_SERVER_PATH: ['in the cache folder', 'a folder', 'The S3 server for tests, as a Python package.'],
      LOGINS: ['5,000', 'a number', '`npm run batch --prefix bench`: logins in the file.'],
      CONCURRENCY: ['100', 'a number', '`npm run batch --prefix bench`: logins at once.'],
      BENCH_NODE_ARGS: ['', '', 'More arguments of Node for the workers of a benchmark.'],
    },
  },
];
