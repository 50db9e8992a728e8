//! What a client's keyring does in a Region, worked out once for each state of the keys: a request only looks
//! it up.

use crate::client::envelope::{Instance, Path};
use crate::client::{ClientSetup, Failure, Keyring, classes, rules};
use crate::model::setup::Setup;
use crate::rulebook::RuleRef;
use crate::services::ErrorCode;
use crate::services::kms::{Kms, Wrap};
use crate::services::replication::ClassId;
use crate::world::RegionId;
use classes::Classes;
use std::collections::BTreeMap;

/// One KMS call that wraps a data key.
#[derive(Clone, Debug)]
pub struct WrapCall {
    /// The key, as the call names it.
    pub identifier: String,
    /// The Region whose endpoint is called.
    pub endpoint: RegionId,
    /// The wrap that it makes, or what the application sees.
    pub verdict: Result<Wrap, Failure>,
    /// The last answer of [`Classes::with`], so that requests need not ask.
    memo: Option<(ClassId, ClassId)>,
}

impl WrapCall {
    /// The class after this call, or what the application sees.
    #[inline]
    pub fn outcome(&mut self, class: ClassId, classes: &mut Classes) -> Result<ClassId, Failure> {
        let wrap = self.verdict?;
        match self.memo {
            Some((from, to)) if from == class => Ok(to),
            _ => {
                let to = classes.with(class, wrap);
                self.memo = Some((class, to));
                Ok(to)
            }
        }
    }
}

/// One KMS call that unwraps a data key.
#[derive(Clone, Debug)]
pub struct UnwrapCall {
    /// The key, as the call names it.
    pub identifier: String,
    /// The Region whose endpoint is called.
    pub endpoint: RegionId,
    /// The rule that lets it, or what the application sees.
    pub verdict: Result<RuleRef, Failure>,
    /// How often it was made with success.
    pub uses: u64,
}

/// How a keyring encrypts: each of its keys wraps, at the first endpoint in the list or, on failover, the next.
#[derive(Clone, Debug, Default)]
struct Encryption {
    epoch: Option<u64>,
    keys: Vec<Vec<WrapCall>>,
    /// Why there is no call at all.
    why_not: Option<Failure>,
}

/// How a keyring decrypts one class: attempts in order, each at the first endpoint or, on failover, the next.
#[derive(Clone, Debug, Default)]
struct Decryption {
    epoch: Option<u64>,
    attempts: Vec<Vec<UnwrapCall>>,
    /// Why there is no attempt at all.
    why_not: Option<Failure>,
}

/// How a keyring decrypts the classes that it has met, rising: few, however many there are in the run.
#[derive(Clone, Debug, Default)]
struct Decryptions {
    /// Apart from the plans, so that a search stays within one line of the processor's cache.
    classes: Vec<ClassId>,
    plans: Vec<Decryption>,
}

impl Decryptions {
    #[inline]
    fn of(&mut self, class: ClassId) -> &mut Decryption {
        let place = self.classes.binary_search(&class).unwrap_or_else(|place| {
            self.classes.insert(place, class);
            self.plans.insert(place, Decryption::default());
            place
        });
        &mut self.plans[place]
    }
}

/// The plans of every client in every Region.
#[derive(Clone, Debug)]
pub struct Plans {
    regions: usize,
    encryption: Vec<Encryption>,
    decryption: Vec<Decryptions>,
    /// Rules by which successful calls were allowed, of plans that are gone.
    rules: BTreeMap<RuleRef, u64>,
}

/// The Regions that an instance in `home` uses: its own, then its failover list.
pub fn bindings(client: &ClientSetup, home: RegionId) -> Vec<RegionId> {
    let mut regions = vec![home];
    regions.extend(client.failover.iter().filter(|region| **region != home));
    regions
}

impl Plans {
    /// Plans for a scenario; none is worked out yet.
    pub fn new(setup: &Setup) -> Plans {
        let regions = setup.world.regions.len();
        let all = setup.clients.len() * regions;
        Plans {
            regions,
            encryption: vec![Encryption::default(); all],
            decryption: vec![Decryptions::default(); all],
            rules: BTreeMap::new(),
        }
    }

    /// The calls by which one key of the client's keyring wraps a data key: at home, then on failover. `None`: the
    /// keyring has no such key.
    #[inline]
    pub fn wrap(
        &mut self,
        client: usize,
        home: RegionId,
        key: u8,
        kms: &Kms,
        setup: &Setup,
    ) -> Option<&mut [WrapCall]> {
        let plan = &mut self.encryption[client * self.regions + home.index()];
        if plan.epoch != Some(kms.epoch()) {
            plan.renew(&setup.clients[client], home, kms, setup);
        }
        plan.keys.get_mut(usize::from(key)).map(Vec::as_mut_slice)
    }

    /// Why a client's keyring encrypts nothing, if so.
    #[cold]
    pub fn why_not_wrap(&self, client: usize, home: RegionId) -> Option<Failure> {
        self.encryption[client * self.regions + home.index()].why_not
    }

    /// The calls of the client's n-th attempt to decrypt an item of a class: at home, then on failover. `None`:
    /// there is no such attempt; an error: there is none at all.
    #[inline]
    pub fn unwrap(
        &mut self,
        client: usize,
        home: RegionId,
        (class, attempt): (ClassId, u8),
        kms: &Kms,
        (setup, classes): (&Setup, &Classes),
    ) -> Result<Option<&mut [UnwrapCall]>, Failure> {
        let plan = self.decryption[client * self.regions + home.index()].of(class);
        if plan.epoch != Some(kms.epoch()) {
            count(plan, &mut self.rules);
            *plan = decryption(&setup.clients[client], home, class, kms, (setup, classes));
        }
        match plan.why_not {
            Some(failure) => Err(failure),
            None => Ok(plan.attempts.get_mut(usize::from(attempt)).map(Vec::as_mut_slice)),
        }
    }

    /// Every rule by which a call was allowed, with how often.
    pub fn into_rules(mut self) -> BTreeMap<RuleRef, u64> {
        for plan in self.decryption.iter().flat_map(|all| &all.plans) {
            count(plan, &mut self.rules);
        }
        self.rules
    }
}

fn count(plan: &Decryption, rules: &mut BTreeMap<RuleRef, u64>) {
    for call in plan.attempts.iter().flatten() {
        if let Ok(rule) = call.verdict
            && call.uses > 0
        {
            *rules.entry(rule).or_default() += call.uses;
        }
    }
}

impl Encryption {
    /// Works the plan out anew, as the keys are now.
    #[cold]
    fn renew(&mut self, client: &ClientSetup, home: RegionId, kms: &Kms, setup: &Setup) {
        let call = |path: Path<Wrap>| WrapCall {
            identifier: path.identifier,
            endpoint: path.endpoint,
            verdict: path.verdict.map_err(|(failure, _)| failure),
            memo: None,
        };
        let calls = |paths: Vec<Path<Wrap>>| paths.into_iter().map(call).collect();
        let instance = client.keyring.as_ref().map(|keyring| instance(client, keyring, home, setup));
        let keys = instance.map(|instance| instance.wraps(&client.context, kms, &setup.world.regions));
        self.epoch = Some(kms.epoch());
        (self.keys, self.why_not) = match keys {
            None => (Vec::new(), None),
            Some(Err(failure)) => (Vec::new(), Some(failure)),
            Some(Ok(keys)) => (keys.into_iter().map(calls).collect(), None),
        };
    }
}

fn decryption(
    client: &ClientSetup,
    home: RegionId,
    class: ClassId,
    kms: &Kms,
    (setup, classes): (&Setup, &Classes),
) -> Decryption {
    let epoch = Some(kms.epoch());
    match attempts(client, home, class, kms, (setup, classes)) {
        Err(failure) => Decryption { epoch, attempts: Vec::new(), why_not: Some(failure) },
        Ok(attempts) => {
            let call = |path: Path<RuleRef>| UnwrapCall {
                identifier: path.identifier,
                endpoint: path.endpoint,
                verdict: path.verdict.map_err(|(failure, _)| failure),
                uses: 0,
            };
            let calls = |paths: Vec<Path<RuleRef>>| paths.into_iter().map(call).collect();
            Decryption { epoch, attempts: attempts.into_iter().map(calls).collect(), why_not: None }
        }
    }
}

/// The calls by which a client in `home` decrypts an item of a class, or why it makes none.
pub fn attempts(
    client: &ClientSetup,
    home: RegionId,
    class: ClassId,
    kms: &Kms,
    (setup, classes): (&Setup, &Classes),
) -> Result<Vec<Vec<Path<RuleRef>>>, Failure> {
    let no = |rule| Failure::new(ErrorCode::CannotDecryptDataKeys, rule);
    let keyring = client.keyring.as_ref().ok_or(no(rules::NO_KEYRING_NO_PLAINTEXT))?;
    let carried = classes.context(class).unwrap_or(&client.context);
    if !classes::agrees(&client.context, carried) {
        return Err(no(rules::CONTEXT_MUST_AGREE));
    }
    let instance = instance(client, keyring, home, setup);
    instance.unwraps(&classes.wraps(class), carried, kms, &setup.world.regions)
}

fn instance<'a>(
    client: &'a ClientSetup,
    keyring: &'a Keyring,
    home: RegionId,
    setup: &Setup,
) -> Instance<'a> {
    Instance {
        keyring,
        principal: &client.principal,
        bindings: bindings(client, home),
        any_sdk: setup.switches.any_sdk_any_region,
    }
}
