//! The loop: when the pool of addresses grows, shrinks and loses ENIs, and how.

use super::ec2::{Account, Call, SubnetId};
use super::log::{Event, Low};
use super::store::{Eni, Role, Stats};
use super::{BACK_OFF, DETACH, ENI_LIFE, Machine, Ms, SHRINK_INTERVAL};
use crate::cni::{PREFIX, Primary, Targets, excess};

/// What came of asking one ENI for more.
enum Asked {
    Got(u64),
    Refused,
}

impl Machine {
    /// One decision of the loop: grow if the pool is too low, else give surplus back; then perhaps an ENI goes.
    pub(super) fn decide(&mut self, account: &mut Account) {
        if !self.setup.settings.provisioning || self.ipv6() {
            self.wake = None;
            return;
        }
        let before = self.calls.all();
        let trunk = self.trunk;
        self.ask_for_trunk();
        let stats = self.stats();
        let low = self.low(stats);
        let surplus = if low.is_some() { 0 } else { self.surplus(stats) };
        let rested = self.shrunk.is_none_or(|at| self.now.saturating_sub(at) > SHRINK_INTERVAL);
        if let Some(low) = low {
            self.grow(low, account);
        } else if surplus > 0 && rested {
            self.shrink(stats, surplus, account);
        }
        let gone = self.may_drop_enis(stats).then(|| self.drop_eni(account)).flatten();
        if surplus > 0 && rested {
            self.shrunk = Some(self.now.saturating_add(if gone.is_some() { DETACH } else { 0 }));
        }
        if gone.is_some() {
            self.beat = self.beat.saturating_add(DETACH);
        }
        let acted = self.calls.all() != before || self.trunk != trunk;
        self.wake = if acted { Some(self.now) } else { self.next_change(low.is_some(), surplus > 0) };
    }

    /// When the loop will decide otherwise although nobody does anything.
    fn next_change(&self, low: bool, surplus: bool) -> Option<Ms> {
        let back_off = self.refused.filter(|_| low).map(|at| at.saturating_add(BACK_OFF + 1));
        let rest = self.shrunk.filter(|_| surplus).map(|at| at.saturating_add(SHRINK_INTERVAL + 1));
        let secondary = self.store.enis.iter().filter(|e| e.role == Role::Secondary && e.pods() == 0);
        let age = secondary.map(|e| e.born.saturating_add(ENI_LIFE)).filter(|at| *at > self.now).min();
        [back_off, rest, age, self.next_cooled()].into_iter().flatten().filter(|at| *at > self.now).min()
    }

    /// Whether and why the pool is too low (`isDatastorePoolTooLow`).
    pub(super) fn low(&self, stats: Stats) -> Option<Low> {
        if stats.total >= self.node.max_pods {
            return None;
        }
        let free = stats.free();
        let kept = |warm: u64, size: u64| {
            let wanted = warm.saturating_mul(size);
            let low = free < wanted || (warm == 0 && free == 0);
            low.then_some(Low::Free { free, wanted })
        };
        match self.node.targets {
            Targets::Ips { warm, minimum } => {
                let by_free = warm.saturating_sub(free);
                let by_total = minimum.saturating_sub(stats.total);
                if by_free.max(by_total) == 0 {
                    None
                } else if by_free >= by_total {
                    Some(Low::Free { free, wanted: warm })
                } else {
                    Some(Low::Total { total: stats.total, wanted: minimum })
                }
            }
            Targets::Prefixes { warm } => kept(warm, PREFIX),
            Targets::Enis { warm } => kept(warm, self.node.slots),
        }
    }

    /// Slots that are missing.
    fn need(&self, low: Low) -> u64 {
        let short = match low {
            Low::Free { free, wanted } => wanted.saturating_sub(free),
            Low::Total { total, wanted } => wanted.saturating_sub(total),
        };
        match self.node.targets {
            Targets::Ips { .. } => short.div_ceil(self.node.per_slot()),
            Targets::Prefixes { warm } => warm.saturating_sub(self.store.prefixes().1).max(1),
            Targets::Enis { .. } => self.node.slots,
        }
    }

    /// One step of growth: more for one ENI that has room, else a new ENI (`increaseDatastorePool`).
    pub(super) fn grow(&mut self, low: Low, account: &mut Account) {
        let backing_off = self.refused.is_some_and(|at| self.now.saturating_sub(at) <= BACK_OFF);
        if backing_off || self.left_alone() {
            return;
        }
        let need = self.need(low);
        let order: Vec<usize> = self.store.walk(&mut self.rng).collect();
        for eni in order {
            if !self.has_room(eni) {
                continue;
            }
            match self.ask(eni, need, low, account) {
                Asked::Got(slots) => {
                    let eni = self.store.enis[eni].id;
                    return self.note(Event::Filled { low, eni, slots });
                }
                Asked::Refused if self.setup.settings.subnet_discovery => {}
                Asked::Refused => return self.back_off(),
            }
        }
        let slots = need.min(self.node.slots);
        if slots > 0 && self.has_room_for_eni() {
            self.create(slots, low, account);
        } else {
            self.note(Event::Full { low });
        }
    }

    fn left_alone(&self) -> bool {
        self.cordoned && !self.setup.settings.manage_cordoned
    }

    fn back_off(&mut self) {
        self.refused = Some(self.now);
        self.note(Event::BackedOff { until: self.now.saturating_add(BACK_OFF) });
    }

    /// Whether an ENI can take more.
    fn has_room(&self, eni: usize) -> bool {
        let own = &self.store.enis[eni];
        let idle = own.role == Role::Primary && self.node.primary == Primary::Idle;
        own.used() < self.node.slots && own.role != Role::Trunk && !own.excluded && !idle
    }

    /// Whether the node may have one more ENI (`hasRoomForEni`).
    fn has_room_for_eni(&self) -> bool {
        let trunk = self.node.trunk_reserved && !self.store.enis.iter().any(|e| e.role == Role::Trunk);
        let most = self.node.eni_limit.saturating_sub(self.setup.unmanaged).saturating_sub(u64::from(trunk));
        (self.store.enis.len() as u64) < most
    }

    /// Asks for as many as are missing and there is room for, then for one (`tryAssignIPs`).
    fn ask(&mut self, eni: usize, need: u64, low: Low, account: &mut Account) -> Asked {
        let own = &self.store.enis[eni];
        let (subnet, room) = (own.subnet, self.node.slots - own.used());
        for slots in [need.min(room), 1] {
            let (singles, blocks) = if self.node.prefix_mode { (0, slots) } else { (slots, 0) };
            let given = account.subnets.get_mut(subnet).is_some_and(|s| s.take(singles, blocks));
            self.call(Call::AssignPrivateIpAddresses, given, account);
            if given {
                self.store.add(eni, slots, &mut self.rng);
                return Asked::Got(slots);
            }
            self.note_refusal(low, subnet, slots, false, account);
        }
        Asked::Refused
    }

    fn note_refusal(&mut self, low: Low, subnet: SubnetId, asked: u64, new_eni: bool, account: &Account) {
        let free = account.subnets.get(subnet).map_or(0, |s| s.free());
        self.note(Event::Refused { low, subnet, asked, free, new_eni });
    }

    /// Creates and attaches an ENI with so many slots, all or nothing (`tryAllocateENI`).
    fn create(&mut self, slots: u64, low: Low, account: &mut Account) {
        let (singles, blocks) = if self.node.prefix_mode { (1, slots) } else { (1 + slots, 0) };
        if !self.setup.settings.custom_networking {
            self.call(Call::DescribeSubnets, true, account);
        }
        let subnets = self.subnets_for_enis(account);
        if subnets.is_empty() {
            return self.note(Event::NoSubnet { low });
        }
        for subnet in subnets {
            let given = account.subnets.get_mut(subnet).is_some_and(|s| s.take(singles, blocks));
            self.call(Call::CreateNetworkInterface, given, account);
            if !given {
                self.note_refusal(low, subnet, slots, true, account);
                continue;
            }
            for call in
                [Call::AttachNetworkInterface, Call::ModifyNetworkInterfaceAttribute, Call::DescribeInstances]
            {
                self.call(call, true, account);
            }
            self.describe_if_discovering(account);
            let eni = self.attach(Role::Secondary, subnet);
            self.store.add(eni, slots, &mut self.rng);
            let eni = self.store.enis[eni].id;
            return self.note(Event::Attached { low, eni, slots });
        }
        self.back_off();
    }

    /// Where a new ENI may be, the best first (`createENI`).
    fn subnets_for_enis(&self, account: &Account) -> Vec<SubnetId> {
        let settings = &self.setup.settings;
        if settings.custom_networking {
            return vec![self.setup.pod_subnet];
        }
        let get = |id: SubnetId| account.subnets.get(id);
        if !settings.subnet_discovery {
            return Vec::from_iter(
                Some(self.setup.subnet).filter(|id| get(*id).is_some_and(|s| !s.forbidden())),
            );
        }
        let usable = |id: &SubnetId| {
            get(*id).is_some_and(|s| if *id == self.setup.subnet { !s.forbidden() } else { s.offered() })
        };
        let mut subnets: Vec<SubnetId> = self.setup.zone.iter().copied().filter(usable).collect();
        subnets.sort_by_key(|id| std::cmp::Reverse(get(*id).map_or(0, |s| s.free())));
        subnets
    }

    /// Slots that are too many (`shouldRemoveExtraIPs`).
    fn surplus(&self, stats: Stats) -> u64 {
        excess::surplus(&self.node, stats.total, stats.assigned, || self.store.prefixes())
    }

    /// Gives so many slots without a pod back, ENI by ENI (`tryUnassignIPsFromENIs`).
    fn shrink(&mut self, stats: Stats, surplus: u64, account: &mut Account) {
        let mut left = surplus;
        let order: Vec<usize> = self.store.walk(&mut self.rng).collect();
        for eni in order {
            let (singles, blocks) = self.store.remove_idle(eni, left, |_| true, &mut self.rng);
            if singles + blocks > 0 {
                self.call(Call::UnassignPrivateIpAddresses, true, account);
                self.give(eni, singles, blocks, account);
                left -= singles + blocks;
            }
        }
        self.note(Event::Shrunk { free: stats.free(), slots: surplus - left });
    }

    /// An ENI's addresses go back to its subnet.
    pub(super) fn give(&self, eni: usize, singles: u64, blocks: u64, account: &mut Account) {
        if let Some(subnet) = account.subnets.get_mut(self.store.enis[eni].subnet) {
            subnet.give(singles, blocks);
        }
    }

    /// Whether there is reason to look for an ENI to delete (`shouldRemoveExtraENIs`).
    fn may_drop_enis(&self, stats: Stats) -> bool {
        let empty = |e: &Eni| e.role == Role::Secondary && e.pods() == 0;
        !self.left_alone() && excess::may_drop(&self.node, stats.free(), || self.store.enis.iter().any(empty))
    }

    /// Detaches the first ENI that may go; in two seconds it is deleted (`tryFreeENI`).
    fn drop_eni(&mut self, account: &mut Account) -> Option<()> {
        let eni = self.store.walk(&mut self.rng).find(|e| self.may_go(*e))?;
        let id = self.store.enis[eni].id;
        let gone = self.store.detach(id)?;
        self.call(Call::DescribeNetworkInterfaces, true, account);
        self.call(Call::DetachNetworkInterface, true, account);
        self.leaving = Some((self.now.saturating_add(DETACH), gone));
        self.note(Event::Detached { eni: id });
        Some(())
    }

    /// Whether the node does without an ENI (`getDeletableENI`).
    fn may_go(&self, eni: usize) -> bool {
        let own = &self.store.enis[eni];
        let young = self.now.saturating_sub(own.born) < ENI_LIFE;
        if own.role != Role::Secondary || young || own.cooling() > 0 || own.pods() > 0 {
            return false;
        }
        let others = || self.store.enis.iter().enumerate().filter(|(at, e)| *at != eni && !e.excluded);
        let (total, free) = others()
            .map(|(_, e)| e.total_and_free())
            .fold((0, 0), |(t, f), (own_t, own_f)| (t + own_t, f + own_f));
        excess::does_without(&self.node, total, free, others().map(|(_, e)| e.idle()).sum())
    }

    /// EC2 deletes an ENI that was detached.
    pub(super) fn delete(&mut self, eni: &Eni, account: &mut Account) {
        self.call(Call::DeleteNetworkInterface, true, account);
        let (singles, blocks) = eni.singles_and_blocks();
        if let Some(subnet) = account.subnets.get_mut(eni.subnet) {
            subnet.give(1 + singles, blocks);
        }
    }
}
