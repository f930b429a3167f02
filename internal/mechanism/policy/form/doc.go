// Package form is a policy document as a form: texts by the name of their field, so that a clerk never writes YAML or
// expressions. A field's name is the place of its text in the document ("rules[0].bands.rows[1].at"), so that what the
// engine complains of is put beside the field that caused it. It is pure: no database, no clock, no pages.
//
// Encode and Document turn a document into such texts and back. Conditions, intervals and operands are taken apart where
// they can be put together again to the same text; what cannot stays as it is, is shown in words and kept. Lossless says
// whether a document as a whole comes back, and nobody is let into the form with one that does not.
package form
