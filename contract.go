// Package sdecontract holds the contract of the SD Elements API v2 connections.
//
// The contract is openapi.yaml: plain OpenAPI 3.0.3, and ten x- keys for what that can't say.
// Package mock serves it.
package sdecontract

import _ "embed"

//go:embed openapi.yaml
var spec string

// SpecFile is the name of the contract's file, as messages about its lines give it.
const SpecFile = "openapi.yaml"

// Spec returns the contract: the text of openapi.yaml, in YAML. The caller owns the slice.
func Spec() []byte { return []byte(spec) }

//go:embed docs/rulings.md
var rulings string

// Rulings tells, in Markdown, what the mock does where the documentation is silent or contradicts itself.
func Rulings() string { return rulings }
