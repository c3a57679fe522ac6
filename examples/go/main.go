// Retrieves the accounts of one LoginId, and passes the bank's questions on to whoever runs it.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/temporal"
)

// connect goes by Temporal's own environment configuration: TEMPORAL_ADDRESS, TEMPORAL_CODEC_ENDPOINT and so on.
func connect() (client.Client, error) {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{IncludeRemoteCodec: true})
	if err != nil {
		return nil, err
	}
	if options.DataConverter == nil && os.Getenv("PAYLOAD_ENCRYPTION") != "off" {
		return nil, errors.New("Set TEMPORAL_CODEC_ENDPOINT to your codec server, or PAYLOAD_ENCRYPTION=off.")
	}
	// Without it, messages and details of failures stay encrypted.
	options.FailureConverter = temporal.NewDefaultFailureConverter(
		temporal.DefaultFailureConverterOptions{DataConverter: options.DataConverter})
	return client.Dial(options)
}

// start starts the run of this login, or joins the one that is open, whatever input that one has.
func start(ctx context.Context, temporalClient client.Client, loginID string) (client.WorkflowRun, error) {
	options := client.StartWorkflowOptions{
		ID:        "account-details-" + strings.ToLower(loginID),
		TaskQueue: "flinks-account-details",
		// True would have the second start of an open run refused as WorkflowExecutionAlreadyStarted.
		WorkflowExecutionErrorWhenAlreadyStarted: false,
	}
	return temporalClient.ExecuteWorkflow(ctx, options, "retrieveAccountDetails", Input{Login: Login{LoginID: &loginID}})
}

// follow answers what the bank asks until the run has ended.
func follow(ctx context.Context, temporalClient client.Client, run client.WorkflowRun) (Result, error) {
	var result Result
	ended := make(chan error, 1)
	go func() { ended <- run.Get(ctx, &result) }()
	answered := 0
	for {
		select {
		case err := <-ended:
			return result, err
		case <-time.After(time.Second):
		}
		var progress Progress
		value, err := temporalClient.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), "progress")
		if err == nil {
			err = value.Get(&progress)
		}
		if err != nil {
			log.Println("The run does not say where it stands:", err)
			continue
		}
		if progress.Stage == "awaitingAnswers" && progress.Round > answered {
			if err := answer(ctx, temporalClient, run, progress); err != nil {
				log.Println(err)
				continue
			}
			answered = progress.Round
		}
	}
}

var input = bufio.NewScanner(os.Stdin)

// answer asks each question here, and sends all answers in one message.
func answer(ctx context.Context, temporalClient client.Client, run client.WorkflowRun, progress Progress) error {
	answers := map[string]string{}
	for _, challenge := range progress.Challenges {
		fmt.Println(strings.Join(append([]string{challenge.Prompt}, challenge.Choices...), "\n  "))
		if !input.Scan() {
			return errors.New("Nobody is there to answer.")
		}
		answers[challenge.Prompt] = input.Text()
	}
	// An answer with the same id counts once, however often it is sent.
	answerID := uuid.NewString()
	handle, err := temporalClient.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   run.GetID(),
		RunID:        run.GetRunID(),
		UpdateID:     answerID,
		UpdateName:   "answerSecurityChallenges",
		WaitForStage: client.WorkflowUpdateStageCompleted,
		Args:         []any{Answers{&progress.Round, progress.RequestID, &answerID, answers}},
	})
	if err != nil {
		return err
	}
	var outcome AnswerOutcome
	return reasonOf(handle.Get(ctx, &outcome))
}

// reasonOf shows a failure of the contract by its type, its message and what its details name.
func reasonOf(err error) error {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return err
	}
	var details FailureDetails
	if failure.HasDetails() && failure.Details(&details) == nil {
		return fmt.Errorf("%s: %s %+v", failure.Type(), failure.Message(), details)
	}
	return fmt.Errorf("%s: %s", failure.Type(), failure.Message())
}

func retrieve(ctx context.Context, loginID string) error {
	temporalClient, err := connect()
	if err != nil {
		return err
	}
	defer temporalClient.Close()
	run, err := start(ctx, temporalClient, loginID)
	if err != nil {
		return err
	}
	result, err := follow(ctx, temporalClient, run)
	if err != nil {
		return reasonOf(err)
	}
	for _, account := range result.Accounts {
		fmt.Println(text(account.Title), amount(account.Balance), text(account.Currency))
	}
	return nil
}

func text(given *string) string {
	if given == nil {
		return "-"
	}
	return *given
}

func amount(balance *Balance) string {
	if balance == nil || balance.Current == nil {
		return "-"
	}
	return balance.Current.String()
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("Usage: retrieve LOGIN_ID")
	}
	if err := retrieve(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
