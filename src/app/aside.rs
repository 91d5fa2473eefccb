//! Long computations that the session asks for, and that whoever runs it does where they hold nothing up.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::Msg;
use super::msg::Effect;
use super::picker::try_type;
use crate::engine::Lives;
use crate::simulate::{World, follow};

/// The seed of runs on the screen: that of `podroom simulate` unless it is told another.
const SEED: u64 = 1;

/// What an effect comes to; `None` if it asks for no computation, or nobody wants it to go on. `lives` are those
/// of nodes that have been followed before: each costs a thousand runs.
pub fn answer(effect: Effect, lives: &Mutex<Lives>, go_on: &dyn Fn() -> bool) -> Option<Msg> {
    match effect {
        Effect::Thresholds { generation, answer } => {
            let thresholds = answer.evaluation.thresholds_while(&answer.plan, go_on)?;
            Some(Msg::Thresholds { generation, thresholds })
        }
        Effect::Percentiles { generation, answer } => {
            let mut lives = lives.lock().unwrap_or_else(PoisonError::into_inner);
            let percentiles = answer.evaluation.percentiles(&answer.plan, &mut lives, go_on)?;
            Some(Msg::Percentiles { generation, percentiles })
        }
        Effect::Try { generation, answer, tables, group, types } => {
            let trial = |name: String| (name.clone(), try_type(&answer, &tables, group, &name));
            Some(Msg::Tried { generation, trials: types.into_iter().map(trial).collect() })
        }
        Effect::Simulate { question, answer, tables, scenario, every } => {
            let wanted = |_| if go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
            let world = World::new(&answer.plan, &tables, &scenario);
            let run = world.map(|world| Arc::new(follow(&world, SEED, every, scenario.until, wanted)));
            let run = run.map_err(|p| p.into_iter().next().map_or_else(String::new, |p| p.message));
            go_on().then_some(Msg::Simulated { question, run })
        }
        _ => None,
    }
}
