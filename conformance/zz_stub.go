package conformance

var filters, masking, updates []promise
