package conformance

var transport, authentication, gets, updates, overall []promise
