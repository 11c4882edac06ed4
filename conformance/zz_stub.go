package conformance

var transport, authentication, filters, masking, gets, creates, updates, overall []promise
