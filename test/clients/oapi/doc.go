// Package oapi is the client that oapi-codegen generates from the contract.
package oapi
