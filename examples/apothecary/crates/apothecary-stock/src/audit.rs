//! Regular checks of the books.

use std::fmt;

use apothecary_core::calendar::Day;

use crate::ledger::{Entry, Ledger};
use crate::lot::{Freshness, Perishable};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Remark,
    Mistake,
}

/// Something a check has to say about the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Remark => '-',
            Severity::Mistake => '!',
        };
        write!(f, "{mark} {}", self.text)
    }
}

pub trait Check {
    fn run(&self, ledger: &Ledger) -> Vec<Finding>;
}

/// Every check that is a plain function.
impl<F> Check for F
where
    F: Fn(&Ledger) -> Vec<Finding>,
{
    fn run(&self, ledger: &Ledger) -> Vec<Finding> {
        self(ledger)
    }
}

/// Reports lots that spoil within the given number of days.
#[derive(Debug, Clone, Copy)]
pub struct SpoilsSoon {
    pub today: Day,
    pub within: u32,
}

impl Check for SpoilsSoon {
    fn run(&self, ledger: &Ledger) -> Vec<Finding> {
        ledger
            .lots()
            .filter_map(|lot| {
                let freshness = lot.freshness(self.today);
                let severity = match freshness {
                    Freshness::Spoiled => Severity::Mistake,
                    Freshness::Fresh { days_left } if days_left <= self.within => Severity::Remark,
                    _ => return None,
                };
                Some(Finding {
                    severity,
                    text: format!("{} of {}: {freshness}", lot.number, lot.ingredient),
                })
            })
            .collect()
    }
}

/// Reports ingredients of which more is promised than there is.
pub fn over_promised(ledger: &Ledger) -> Vec<Finding> {
    ledger
        .ingredients()
        .filter_map(|id| {
            let reserved = ledger.reserved(id)?;
            let covered = ledger.on_hand(id).is_some_and(|there| there >= reserved);
            (!covered).then(|| Finding {
                severity: Severity::Mistake,
                text: format!("{reserved} of {id} promised, but not there"),
            })
        })
        .collect()
}

/// Reports an unusual amount of waste.
pub fn wasteful(ledger: &Ledger) -> Vec<Finding> {
    let count = |wanted: fn(&Entry) -> bool| ledger.journal().iter().filter(|e| wanted(e)).count();
    let received = count(|entry| matches!(entry, Entry::Received { .. }));
    let discarded = count(|entry| matches!(entry, Entry::Discarded { .. }));
    if discarded * 4 > received {
        vec![Finding {
            severity: Severity::Remark,
            text: format!("{discarded} of {received} lots were thrown away"),
        }]
    } else {
        Vec::new()
    }
}

/// A list of checks, worst findings first.
#[derive(Default)]
pub struct Audit {
    checks: Vec<Box<dyn Check>>,
}

impl Audit {
    /// The audit the guild asks for.
    pub fn usual(today: Day) -> Self {
        Audit::default()
            .with(SpoilsSoon { today, within: 3 })
            .with(over_promised)
            .with(wasteful)
    }

    pub fn with(mut self, check: impl Check + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    pub fn run(&self, ledger: &Ledger) -> Vec<Finding> {
        let checks = self.checks.iter();
        let mut findings: Vec<Finding> = checks.flat_map(|check| check.run(ledger)).collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity));
        findings
    }
}
