// Package ogenclient is the client that ogen generates from the contract.
package ogenclient
