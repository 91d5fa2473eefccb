//! Pods that ask for an address, wait for one and go.

use super::ec2::{Account, Call};
use super::log::Event;
use super::store::Address;
use super::{Machine, Ms, SECOND};

/// Number of a pod on its node, in the order in which they asked.
pub type PodId = u32;

/// A pod of the node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pod {
    id: PodId,
    asked: Ms,
    /// None: it waits.
    address: Option<Address>,
}

impl Machine {
    /// Pods that ask for an address now. Those that get none wait, and ask again at every whole second in the
    /// order of their arrival; the first that gets none ends the round.
    pub fn add(&mut self, pods: u32) -> std::ops::Range<PodId> {
        let first = self.next_pod;
        self.next_pod = first.saturating_add(pods);
        for id in first..self.next_pod {
            self.pods.push_back(Pod { id, asked: self.now, address: None });
            self.waiting += 1;
        }
        self.serve();
        self.wake();
        first..self.next_pod
    }

    /// A pod goes. Its address cools down. Whether there was such a pod.
    pub fn remove(&mut self, pod: PodId, account: &mut Account) -> bool {
        let Ok(at) = self.pods.binary_search_by_key(&pod, |p| p.id) else { return false };
        let Some(gone) = self.pods.remove(at) else { return false };
        match gone.address {
            None if !self.ipv6() => self.waiting -= 1,
            None => {}
            Some(address) => {
                self.store.release(address, self.now);
                self.free_old_blocks(address, account);
            }
        }
        self.wake();
        true
    }

    /// In secondary-IP mode, a pod that leaves a /28 of earlier times takes all /28s of its ENI along that have
    /// no pod (`DelNetwork`).
    fn free_old_blocks(&mut self, address: Address, account: &mut Account) {
        if self.store.prefix_mode {
            return;
        }
        let Some(eni) = self.store.enis.iter().position(|e| e.id == address.eni) else { return };
        if !self.store.is_block(address) {
            return;
        }
        let (_, blocks) = self.store.remove_idle(eni, u64::MAX, |block| block, &mut self.rng);
        if blocks > 0 {
            self.call(Call::UnassignPrivateIpAddresses, true, account);
            self.give(eni, 0, blocks, account);
        }
    }

    /// Pods with an address, in the order in which they asked: pod, address.
    pub fn running(&self) -> impl Iterator<Item = (PodId, Option<Address>)> + '_ {
        let ipv6 = self.ipv6();
        self.pods.iter().filter(move |p| ipv6 || p.address.is_some()).map(|p| (p.id, p.address))
    }

    /// Pods without an address, in the order in which they asked.
    pub fn pending(&self) -> impl Iterator<Item = PodId> + '_ {
        self.pods.iter().filter(|p| p.address.is_none()).map(|p| p.id)
    }

    /// The next whole second at which a waiting pod can get something.
    pub(super) fn next_try(&self) -> Option<Ms> {
        if self.waiting == 0 {
            return None;
        }
        let at = if self.store.available() > 0 { self.now } else { self.next_cooled()? };
        Some(at.max(self.retry).div_ceil(SECOND).saturating_mul(SECOND))
    }

    /// When the address that has cooled longest can be assigned again.
    pub(super) fn next_cooled(&self) -> Option<Ms> {
        let cooldown = self.setup.settings.cooldown.saturating_mul(SECOND);
        self.store.oldest_release().map(|at| at.saturating_add(cooldown).saturating_add(1))
    }

    /// Serves those who wait, the first first, until there is nothing for one.
    pub(super) fn serve(&mut self) {
        self.retry = self.now.saturating_add(1);
        self.cool();
        if self.waiting == 0 || (!self.ipv6() && self.store.available() == 0) {
            return;
        }
        // the first come are the first served: those who wait are the last
        let waiting = usize::try_from(self.waiting).unwrap_or(usize::MAX);
        for at in self.pods.len().saturating_sub(waiting)..self.pods.len() {
            let address = if self.ipv6() { None } else { self.store.assign(&mut self.rng) };
            if address.is_none() && !self.ipv6() {
                break;
            }
            let Some(pod) = self.pods.get_mut(at) else { break };
            pod.address = address;
            let (pod, asked) = (pod.id, pod.asked);
            self.waiting -= 1;
            self.note(Event::Served { pod, waited: self.now.saturating_sub(asked) });
        }
        self.wake();
    }
}
