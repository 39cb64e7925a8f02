"""The DICOM edge: files come in, facts and record nouns go out; written files carry Graybook's marks."""
