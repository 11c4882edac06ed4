package conformance

var transport, authentication, gets, creates, updates, overall []promise
