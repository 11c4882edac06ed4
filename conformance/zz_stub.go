package conformance

var transport, authentication, filters, masking, gets, creates, overall []promise
