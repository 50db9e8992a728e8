//! Every error that a caller can see, by AWS's name, and what an SDK does about it.

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// An error code, by the name the caller sees.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are AWS's own")]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];

            /// The name that the caller sees.
            pub fn name(self) -> &'static str {
                match self { $(ErrorCode::$name => stringify!($name),)* }
            }

            /// The code of a number that `as u16` made of one.
            pub fn from_number(number: u16) -> ErrorCode {
                Self::ALL[usize::from(number) % Self::ALL.len()]
            }

            /// A number for the history digest: it follows from the name, so that no other code changes it. Never zero.
            pub fn mark(self) -> u16 {
                const MARKS: &[u16] = &[$(fold(stringify!($name))),*];
                MARKS[self as usize]
            }
        }
    };
}

/// 64-bit FNV-1a, folded to sixteen bits.
const fn fold(name: &str) -> u16 {
    let bytes = name.as_bytes();
    let (mut hash, mut i) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) as u16 | 1
}

error_codes! {
    AccessDeniedException,
    AlreadyExistsException,
    /// Ours: the application's instances ran in the Region that failed.
    AppUnavailable,
    BackupNotFoundException,
    ConditionalCheckFailedException,
    ConflictException,
    /// botocore's and the SDKs' transport errors.
    ConnectTimeoutError,
    DBClusterNotFoundFault,
    DecryptionFailure,
    DependencyTimeoutException,
    DisabledException,
    EncryptionFailure,
    EndpointConnectionError,
    EndpointTemporarilyUnavailableException,
    ExpiredImportTokenException,
    ExpiredTokenException,
    GlobalClusterNotFoundFault,
    IncorrectKeyException,
    IncorrectKeyMaterialException,
    InsufficientInstanceCapacity,
    InternalFailure,
    InternalServerError,
    InvalidAliasNameException,
    InvalidArnException,
    InvalidChangeBatch,
    InvalidCiphertextException,
    InvalidDBClusterStateFault,
    InvalidGlobalClusterStateFault,
    InvalidGrantIdException,
    InvalidGrantTokenException,
    InvalidImportTokenException,
    InvalidKeyUsageException,
    InvalidMarkerException,
    InvalidParameterCombination,
    InvalidParameterException,
    InvalidParameterValue,
    InvalidRequestException,
    InvalidRestoreTimeException,
    KeyUnavailableException,
    KMSInternalException,
    KMSInvalidMacException,
    KMSInvalidSignatureException,
    KMSInvalidStateException,
    KMSKeyNotAccessibleFault,
    LimitExceededException,
    MalformedPolicyDocumentException,
    MalformedXML,
    NoSuchBucket,
    NoSuchKey,
    NotFoundException,
    /// Ours: AWS has it, this simulator does not yet.
    NotModelled,
    PointInTimeRecoveryUnavailableException,
    ProvisionedThroughputExceededException,
    /// PostgreSQL's name of SQLSTATE 25006: a write sent to a cluster that only reads.
    ReadOnlySqlTransaction,
    ReadTimeoutError,
    ReplicatedWriteConflictException,
    ResourceNotFoundException,
    ServiceUnavailable,
    SnapshotNotFound,
    TableAlreadyExistsException,
    TagException,
    ThrottlingException,
    TransactionCanceledException,
    UnsupportedOperationException,
    ValidationError,
    ValidationException,
    /// Ours, in the Encryption SDK's sense: no data key of the message could be decrypted by the keyring.
    CannotDecryptDataKeys,
    /// Ours, in the Encryption SDK's sense: the keyring cannot be made, or cannot encrypt.
    InvalidKeyring,
}

/// How the SDKs class an error when they decide on a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// Transport errors and 5xx.
    Transient,
    /// The service asks for fewer calls.
    Throttling,
    /// A retry would answer the same.
    Never,
}

impl ErrorCode {
    /// How SDKs class it (KMS-RET-5; `LimitExceededException` counts as throttling, KMS-ERR-7).
    pub fn retry_class(self) -> RetryClass {
        use ErrorCode::*;
        match self {
            ThrottlingException | LimitExceededException | ProvisionedThroughputExceededException => {
                RetryClass::Throttling
            }
            ConnectTimeoutError
            | ReadTimeoutError
            | EndpointConnectionError
            | InternalFailure
            | InternalServerError
            | ServiceUnavailable
            | KMSInternalException
            | DependencyTimeoutException
            | KeyUnavailableException
            | ReplicatedWriteConflictException => RetryClass::Transient,
            _ => RetryClass::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_digest_tells_errors_apart() {
        let marks: BTreeSet<u16> = ErrorCode::ALL.iter().map(|code| code.mark()).collect();
        assert_eq!(marks.len(), ErrorCode::ALL.len());
        assert_eq!(ErrorCode::AccessDeniedException.mark(), fold("AccessDeniedException"));
    }
}
