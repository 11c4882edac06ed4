package conformance

var transport, authentication, filters, masking, gets, updates, overall []promise
