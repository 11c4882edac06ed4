// Package clients proves that the contract is good for generated clients: two generators make one
// each, and its test takes them through list, get, create and update against the mock. It is a module
// of its own, so that what the generators need stays out of the project's.
package clients

//go:generate go tool oapi-codegen -config oapi/config.yaml ../../openapi.yaml
//go:generate go tool ogen -config ogenclient/config.yaml -target ogenclient -package ogenclient -clean ../../openapi.yaml
