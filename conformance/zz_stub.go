package conformance

var transport, authentication, filters, masking, gets, overall []promise
