package conformance

var updates []promise
