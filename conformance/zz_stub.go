package conformance

var filters, masking []promise
