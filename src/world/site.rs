//! A Region as the place where an application's instances run and people work: its zones, credentials, sign-in and
//! monitoring.

use super::outage::Holds;
use crate::sim::Time;

/// Availability Zones of a Region. AWS has three or more in each; instances and storage are spread over three (Assumed).
pub const ZONES: usize = 3;

/// Zones that may fail before Regional services lose their quorum.
const SPARE: usize = 1;

/// What holds in one Region now.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The Region as a whole: its endpoints, and the instances there.
    pub down: Holds,
    zones: [Holds; ZONES],
    /// The fault that took the quorum, and with it the Region.
    pub(super) quorum_lost_by: Option<u32>,
    /// AWS STS issues no credentials.
    pub credentials: Holds,
    /// People cannot sign in.
    pub sign_in: Holds,
    /// Metrics stand still.
    pub monitoring: Holds,
    /// Faults that refuse launches: (fault, share of launches).
    withheld: Vec<(u32, f64)>,
    /// Grows whenever instances stop.
    spell: u16,
}

impl Site {
    /// The Region as a whole goes down by one more fault.
    pub(super) fn stop(&mut self, now: Time) {
        self.down.hold(now);
        self.spell = self.spell.wrapping_add(1);
    }

    /// A zone goes down by one more fault.
    pub(super) fn stop_zone(&mut self, zone: u8, now: Time) {
        self.zones[usize::from(zone)].hold(now);
        self.spell = self.spell.wrapping_add(1);
    }

    /// A zone is held down by one fault fewer.
    pub(super) fn lift_zone(&mut self, zone: u8) {
        self.zones[usize::from(zone)].lift();
    }

    /// Zones that are down now.
    pub fn zones_down(&self) -> usize {
        self.zones.iter().filter(|zone| zone.is_down()).count()
    }

    /// Whether too few zones are left for Regional services.
    pub fn lacks_quorum(&self) -> bool {
        self.lacks_quorum_without(&[])
    }

    /// Whether too few zones are left for Regional services, if these go down as well.
    pub fn lacks_quorum_without(&self, zones: &[u8]) -> bool {
        let down = |zone: &usize| self.zones[*zone].is_down() || zones.contains(&(*zone as u8));
        (0..ZONES).filter(down).count() > SPARE
    }

    /// Whether the whole Region is down.
    #[inline]
    pub fn is_down(&self) -> bool {
        self.down.is_down()
    }

    /// Whether anything at all keeps instances here from working.
    #[inline]
    pub fn is_hampered(&self) -> bool {
        self.down.is_down() || self.zones.iter().any(Holds::is_down) || self.credentials.is_down()
    }

    /// The zone in which an application's n-th instance runs: they are dealt round robin.
    pub fn zone_of(&self, instance: u16) -> &Holds {
        &self.zones[usize::from(instance) % ZONES]
    }

    /// A fault lets a share of launches fail.
    pub fn withhold(&mut self, fault: u32, share: f64) {
        self.withheld.push((fault, share));
    }

    /// That fault is lifted.
    pub fn provide(&mut self, fault: u32) {
        self.withheld.retain(|(f, _)| *f != fault);
    }

    /// Whether a launch with this random number, 0..1, finds capacity.
    pub fn has_capacity(&self, chance: f64) -> bool {
        self.withheld.iter().all(|(_, share)| chance >= *share)
    }

    /// A number that changes when instances stop: those that were at work before may be gone.
    #[inline]
    pub fn spell(&self) -> u16 {
        self.spell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_zones_are_the_quorum() {
        let mut site = Site::default();
        assert!(!site.lacks_quorum_without(&[0]) && site.lacks_quorum_without(&[0, 2]));
        site.stop_zone(0, Time(5));
        site.stop_zone(0, Time(6));
        assert!(!site.lacks_quorum_without(&[0]) && site.lacks_quorum_without(&[1]));
        assert_eq!(site.zone_of(3).began_after(Time(1)), Some(Time(5)));
        assert_eq!(site.zone_of(1).began_after(Time(1)), None);
        site.lift_zone(0);
        assert_eq!(site.zones_down(), 1);
        site.lift_zone(0);
        assert!(!site.is_hampered());
    }
}
