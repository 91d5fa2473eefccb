//! Long computations that the session asks for, and that whoever runs it does where they hold nothing up.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::Msg;
use super::msg::Effect;
use super::picker::try_type;
use crate::engine::Lives;
use crate::plan::Problem;
use crate::simulate::{Ms, World, follow};

/// The seed of runs on the screen: that of `podroom simulate` unless it is told another.
const SEED: u64 = 1;

/// Computes what an effect asks for as long as it is `wanted`, and tells what is known as it becomes known; of other
/// effects nothing. `lives` are those of nodes that have been followed before: each costs a thousand runs.
pub fn compute(effect: Effect, lives: &Mutex<Lives>, wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(Msg)) {
    let lives = || lives.lock().unwrap_or_else(PoisonError::into_inner);
    match effect {
        Effect::Thresholds { generation, answer } => {
            let thresholds = answer.evaluation.thresholds_while(&answer.plan, wanted);
            thresholds.into_iter().for_each(|thresholds| tell(Msg::Thresholds { generation, thresholds }));
        }
        Effect::Percentiles { generation, answer } => {
            let percentiles = answer.evaluation.percentiles(&answer.plan, &mut lives(), wanted);
            percentiles
                .into_iter()
                .for_each(|percentiles| tell(Msg::Percentiles { generation, percentiles }));
        }
        Effect::Try { generation, answer, tables, group, types } => {
            let trial = |name: String| (name.clone(), try_type(&answer, &tables, group, &name));
            tell(Msg::Tried { generation, trials: types.into_iter().map(trial).collect() });
        }
        Effect::Simulate { question, answer, tables, scenario, every } => {
            let mut said = 0;
            // said at each fiftieth: often enough to see it move
            let go_on = |at: Ms| {
                let part = at.saturating_mul(50) / scenario.until.max(1);
                if part > said {
                    said = part;
                    tell(Msg::Progress { question, at });
                }
                if wanted() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            let world = World::new(&answer.plan, &tables, &scenario);
            let run = world.map(|world| Arc::new(follow(&world, SEED, every, scenario.until, go_on)));
            let run = run.map_err(|problems| Problem::first(&problems));
            // also as far as it came: whoever stopped it knows whether that is still wanted
            tell(Msg::Simulated { question, run });
        }
        Effect::Explore { question, ask, tables } => {
            // a row of pairs at a time, that there is something to see
            let columns = ask.axes[0].values.len().max(1);
            for row in 0..ask.len().div_ceil(columns) {
                if !wanted() {
                    return;
                }
                let mut lives = lives();
                let row = row * columns..((row + 1) * columns).min(ask.len());
                let cells = row.map(|i| ask.cell(i, &tables, &mut lives)).collect();
                tell(Msg::Explored { question, cells });
            }
        }
        Effect::Compare { question, ask, tables } => {
            for side in (0..).map_while(|i| ask.side(i)) {
                if !wanted() {
                    return;
                }
                let outcome = side.outcome(&tables, &mut lives()).map(Box::new);
                tell(Msg::Compared { question, sides: vec![(side, outcome)] });
            }
        }
        _ => {}
    }
}
