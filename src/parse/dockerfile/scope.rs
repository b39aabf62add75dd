//! The variables of a Dockerfile: which ARG and ENV are in effect where.
//!
//! As BuildKit has it: an ARG before the first FROM is seen by FROM lines and by a bare ARG of the same name in a
//! stage; a stage built FROM another inherits its ENV and ARG; ENV beats ARG; a build argument that is given beats
//! the default.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::ast::{InstructionKind, Pair, Word};
use super::expand::{self, Expanded, Value};
use super::{Base, Dockerfile};

/// Arguments that every build has without being asked; their values depend on the machine.
const PLATFORM: [&str; 9] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

/// How many stages up a variable is looked for. Nobody stacks more; a hostile file must not cost a walk over
/// thousands of stages for every word.
const MAX_DEPTH: usize = 128;

/// How many bytes all values together may take; later ones count as unknown.
const BUDGET: usize = 16 << 20;

/// The variables of a Dockerfile for one set of build arguments.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes {
    escape: char,
    args: BTreeMap<String, String>,
    global: Scope,
    stages: Vec<Scope>,
    spent: usize,
}

/// The definitions of a stage, each with the index of its instruction, in order.
#[derive(Clone, Debug, Default)]
struct Scope {
    env: HashMap<String, Vec<(usize, Value)>>,
    arg: HashMap<String, Vec<(usize, Value)>>,
    parent: Option<usize>,
    /// True when there is nothing below: no image whose environment nobody knows.
    bare: bool,
}

impl Scope {
    fn find(definitions: &HashMap<String, Vec<(usize, Value)>>, name: &str, before: usize) -> Option<Value> {
        let all = definitions.get(name)?;
        let count = all.partition_point(|(at, _)| *at < before);
        all.get(count.checked_sub(1)?).map(|(_, value)| value.clone())
    }
}

impl Scopes {
    pub(super) fn new(escape: char, args: &BTreeMap<String, String>) -> Self {
        Self { escape, args: args.clone(), ..Self::default() }
    }

    /// Takes in an ARG before the first FROM.
    pub(super) fn add_global(&mut self, at: usize, pair: &Pair) {
        let name = pair.name.value.clone();
        let value = match (self.args.get(&name), &pair.value) {
            (Some(given), _) => Value::Known(Arc::from(given.as_str())),
            (None, Some(word)) => {
                self.value_of(expand::word(word, self.escape, &|name| self.global_value(name, at)))
            }
            (None, None) if PLATFORM.contains(&name.as_str()) => Value::Unknown,
            (None, None) => Value::Open,
        };
        self.global.arg.entry(name).or_default().push((at, value));
    }

    /// Opens the next stage.
    pub(super) fn add_stage(&mut self, base: &Base) {
        let parent = match base {
            Base::Stage(parent) => Some(*parent),
            _ => None,
        };
        self.stages.push(Scope { parent, bare: *base == Base::Scratch, ..Scope::default() });
    }

    /// Takes in the ARG and ENV of the newest stage.
    pub(super) fn add(&mut self, dockerfile: &Dockerfile, at: usize) {
        let Some(stage) = self.stages.len().checked_sub(1) else { return };
        let Some(instruction) = dockerfile.instructions.get(at) else { return };
        match &instruction.kind {
            InstructionKind::Env(pairs) => {
                for pair in pairs {
                    let Some(word) = &pair.value else { continue };
                    let name = self.expand(Some(stage), at, &pair.name);
                    let value = self.value_of(self.expand(Some(stage), at, word));
                    if let (Some(name), Some(scope)) = (name.known(), self.stages.get_mut(stage)) {
                        scope.env.entry(name.to_owned()).or_default().push((at, value));
                    }
                }
            }
            InstructionKind::Arg(pairs) => {
                for pair in pairs {
                    let name = pair.name.value.clone();
                    let value = match (self.args.get(&name), &pair.value) {
                        (Some(given), _) => Value::Known(Arc::from(given.as_str())),
                        (None, Some(word)) => self.value_of(self.expand(Some(stage), at, word)),
                        (None, None) if PLATFORM.contains(&name.as_str()) => Value::Unknown,
                        (None, None) => {
                            Scope::find(&self.global.arg, &name, usize::MAX).unwrap_or(Value::Open)
                        }
                    };
                    if let Some(scope) = self.stages.get_mut(stage) {
                        scope.arg.entry(name).or_default().push((at, value));
                    }
                }
            }
            _ => {}
        }
    }

    fn value_of(&mut self, expanded: Expanded) -> Value {
        match self.charge(expanded).known() {
            Some(text) => Value::Known(Arc::from(text)),
            None => Value::Unknown,
        }
    }

    /// Counts a text that is kept; forgets it when too much is kept already.
    pub(super) fn charge(&mut self, expanded: Expanded) -> Expanded {
        self.spent = self.spent.saturating_add(expanded.text.len());
        if self.spent > BUDGET {
            return Expanded { unknown: true, ..Expanded::default() };
        }
        expanded
    }

    /// Replaces the variables of a word at an instruction of a stage; outside of stages those of FROM lines.
    pub(super) fn expand(&self, stage: Option<usize>, at: usize, word: &Word) -> Expanded {
        expand::word(word, self.escape, &|name| match stage {
            Some(stage) => self.stage_value(name, stage, at),
            None => self.global_value(name, at),
        })
    }

    /// The value of a variable as FROM lines see it.
    pub(super) fn global_value(&self, name: &str, at: usize) -> Value {
        if let Some(value) = Scope::find(&self.global.arg, name, at) {
            return value;
        }
        match (PLATFORM.contains(&name), self.args.get(name)) {
            (true, Some(given)) => Value::Known(Arc::from(given.as_str())),
            (true, None) => Value::Unknown,
            (false, _) => Value::Unset,
        }
    }

    /// The value of a variable at an instruction of a stage.
    pub(super) fn stage_value(&self, name: &str, stage: usize, at: usize) -> Value {
        let mut argument = None;
        let (mut stage, mut before) = (stage, at);
        for _ in 0..MAX_DEPTH {
            let Some(scope) = self.stages.get(stage) else { return Value::Unknown };
            if let Some(value) = Scope::find(&scope.env, name, before) {
                return value;
            }
            argument = argument.or_else(|| Scope::find(&scope.arg, name, before));
            let Some(parent) = scope.parent else {
                return argument.unwrap_or(if scope.bare { Value::Unset } else { Value::Unknown });
            };
            (stage, before) = (parent, usize::MAX);
        }
        Value::Unknown
    }

    /// The ENV of a stage at its end, its own and inherited; `None` for a value that is not known.
    pub(super) fn environment(&self, stage: usize) -> BTreeMap<String, Option<String>> {
        let mut environment = BTreeMap::new();
        let mut next = Some(stage);
        for _ in 0..MAX_DEPTH {
            let Some(scope) = next.and_then(|stage| self.stages.get(stage)) else { break };
            for (name, values) in &scope.env {
                let Some((_, value)) = values.last() else { continue };
                environment.entry(name.clone()).or_insert_with(|| match value {
                    Value::Known(text) => Some(text.to_string()),
                    _ => None,
                });
            }
            next = scope.parent;
        }
        environment
    }
}
