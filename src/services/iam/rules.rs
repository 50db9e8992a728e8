//! What the simulator holds true of IAM policies, whatever the service.

crate::rules! {
    POLICY_GRAMMAR = "SIM-IAM-1",
        "A policy is a JSON object with statements of AWS's policy grammar; anything else is refused, never skipped."
        => MalformedPolicyDocumentException,
        Documented "IAM User Guide, Grammar of the IAM JSON policy language";
}
