//! What the simulator holds true of IAM policies, whatever the service.

crate::rules! {
    POLICY_GRAMMAR = "SIM-IAM-1",
        "A policy is a JSON object with statements of AWS's policy grammar; anything else is refused, never skipped."
        => MalformedPolicyDocumentException,
        Documented "IAM User Guide, Grammar of the IAM JSON policy language";
    ABSENT_KEYS = "SIM-IAM-2",
        "A condition key that a request has not meets negated operators, IfExists, ForAllValues and Null true, and nothing else.",
        Documented "IAM User Guide, Condition operators";
    VARIABLES = "SIM-IAM-3",
        "A policy variable is filled in with the one value of its key, or its default; a text whose variable has neither fits nothing. What is filled in is no wildcard.",
        Documented "IAM User Guide, Policy variables and tags; that wildcards within a value count as text is assumed";
    ARNS_BY_PART = "SIM-IAM-4",
        "A wildcard in an ARN stays within its part; parts left out at the end fit everything.",
        Documented "IAM User Guide, Resource element";
    NOT_PRINCIPAL = "SIM-IAM-5",
        "NotPrincipal stands with Deny only, and spares whoever it names, by itself or by account.",
        Assumed "AWS advises against NotPrincipal; naming the account alone is documented to be unsafe";
    DENY_LISTS = "SIM-IAM-6",
        "An organisation's policy that only denies leaves everything else allowed: the full-access policy stays attached beside it.",
        Documented "AWS Organizations User Guide, SCP evaluation";
    UNDECLARED_PRINCIPALS = "SIM-IAM-7",
        "A principal that a scenario does not declare is a role of its first account and may do all of KMS that key policies leave to IAM.",
        Assumed "a scenario that is silent about permissions is about something else";
}
