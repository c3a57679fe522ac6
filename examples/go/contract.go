package main

import "encoding/json"

// The shapes of docs/contract.md, as far as this program needs them. A field that is not set is sent as null, which means absent.

type Input struct {
	Login   Login    `json:"login"`
	Mode    *string  `json:"mode"`
	Details *Details `json:"details"`
	Tag     *string  `json:"tag"`
}

type Login struct {
	LoginID     *string `json:"loginId"`
	Institution *string `json:"institution"`
	Username    *string `json:"username"`
	Password    *string `json:"password"`
}

type Details struct {
	WithTransactions   *bool    `json:"withTransactions"`
	DaysOfTransactions *string  `json:"daysOfTransactions"`
	AccountsFilter     []string `json:"accountsFilter"`
}

type Progress struct {
	Stage      string      `json:"stage"`
	Round      int         `json:"round"`
	RequestID  *string     `json:"requestId"`
	Challenges []Challenge `json:"challenges"`
}

type Challenge struct {
	Prompt  string   `json:"prompt"`
	Choices []string `json:"choices"`
}

type Answers struct {
	Round     *int              `json:"round"`
	RequestID *string           `json:"requestId"`
	AnswerID  *string           `json:"answerId"`
	Answers   map[string]string `json:"answers"`
}

type AnswerOutcome struct {
	Accepted bool `json:"accepted"`
	Round    int  `json:"round"`
}

type Result struct {
	RequestID   string    `json:"requestId"`
	Institution *string   `json:"institution"`
	Accounts    []Account `json:"accounts"`
}

// Account has nearly every field null or absent at one bank or another.
type Account struct {
	Title    *string  `json:"title"`
	Currency *string  `json:"currency"`
	Balance  *Balance `json:"balance"`
}

type Balance struct {
	Current *json.Number `json:"current"`
}

// FailureDetails is the first detail of a run's failure and of a refused answer.
type FailureDetails struct {
	FlinksCode string   `json:"flinksCode"`
	RequestID  string   `json:"requestId"`
	Fields     []string `json:"fields"`
}
