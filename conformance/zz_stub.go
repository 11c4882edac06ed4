package conformance

var filters, masking, creates, updates []promise
