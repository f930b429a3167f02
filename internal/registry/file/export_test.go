package file

// InvoiceOf is invoiceOf for the fuzzer.
var InvoiceOf = invoiceOf
