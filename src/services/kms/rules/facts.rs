//! What there is nothing to carry out for: why things are as they are, times, open points, strategies, exam questions.

crate::rules! {
    KMS_PROMISES_NOTHING_ALONE: Fact = "KMS-ID-10",
        "KMS and AWS services never create, replicate or promote a multi-Region key on their own.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
}
