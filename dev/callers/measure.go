// Does one thing by Temporal's Go SDK and prints what came of it as JSON: measure.go ACTION LOGIN_ID [more]. See claims.ts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

type seen map[string]any

func main() {
	action, loginID, more := os.Args[1], os.Args[2], ""
	if len(os.Args) > 3 {
		more = os.Args[3]
	}
	out, err := do(context.Background(), action, loginID, more)
	if err != nil {
		out = seenOf(err)
	}
	json.NewEncoder(os.Stdout).Encode(out)
}

func do(ctx context.Context, action, loginID, more string) (seen, error) {
	endpoint, namespace := os.Getenv("TEMPORAL_CODEC_ENDPOINT"), os.Getenv("TEMPORAL_NAMESPACE")
	codec := converter.RemoteDataConverterOptions{Endpoint: endpoint}
	if more != "no-header" {
		codec.ModifyRequest = func(request *http.Request) error {
			request.Header.Set("X-Namespace", namespace)
			return nil
		}
	}
	options := client.Options{
		HostPort:      os.Getenv("TEMPORAL_ADDRESS"),
		Namespace:     namespace,
		DataConverter: converter.NewRemoteDataConverter(converter.GetDefaultDataConverter(), codec),
		Logger:        silent{},
	}
	if more != "no-failure-converter" {
		options.FailureConverter = temporal.NewDefaultFailureConverter(
			temporal.DefaultFailureConverterOptions{DataConverter: options.DataConverter})
	}
	temporalClient, err := client.Dial(options)
	if err != nil {
		return nil, err
	}
	defer temporalClient.Close()
	id := "account-details-" + loginID

	switch action {
	case "start":
		run, err := temporalClient.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID:                                       id,
			TaskQueue:                                "flinks-account-details",
			WorkflowExecutionErrorWhenAlreadyStarted: more == "refuse",
		}, "retrieveAccountDetails", map[string]any{"login": map[string]any{"loginId": loginID}})
		if err != nil {
			return nil, err
		}
		return seen{"runId": run.GetRunID()}, nil
	case "result":
		var result struct{ RequestID string }
		return seen{"requestId": result.RequestID}, temporalClient.GetWorkflow(ctx, id, "").Get(ctx, &result)
	case "progress":
		// One field of many.
		var progress struct{ Stage string }
		value, err := temporalClient.QueryWorkflow(ctx, id, "", "progress")
		if err == nil {
			err = value.Get(&progress)
		}
		return seen{"stage": progress.Stage}, err
	case "update":
		handle, err := temporalClient.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID:   id,
			UpdateID:     more,
			UpdateName:   "answerSecurityChallenges",
			WaitForStage: client.WorkflowUpdateStageCompleted,
			Args:         []any{map[string]any{"answers": map[string]string{"No question": "No answer"}}},
		})
		if err != nil {
			return nil, err
		}
		var outcome map[string]any
		return outcome, handle.Get(ctx, &outcome)
	}
	return nil, fmt.Errorf("no action %s", action)
}

func seenOf(err error) seen {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		var details any
		unread := ""
		if problem := failure.Details(&details); problem != nil {
			unread = problem.Error()
		}
		return seen{"type": failure.Type(), "message": failure.Message(), "details": details, "unread": unread}
	}
	kind := fmt.Sprintf("%T", err)
	var open *serviceerror.WorkflowExecutionAlreadyStarted
	var absent *serviceerror.NotFound
	if errors.As(err, &open) {
		kind = "WorkflowExecutionAlreadyStarted"
	} else if errors.As(err, &absent) {
		kind = "NotFound"
	}
	return seen{"error": kind, "message": err.Error()}
}

type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
