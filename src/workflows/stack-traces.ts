// Turns stack traces off in the sandbox. The SDK captures one at every promise of a workflow, for the query that says where
// a run is; that is dear, and a run says in words where it is. `npm run replay` has them on.
Error.stackTraceLimit = 0;
