//! Benchmarks: how fast the secret detector goes through generated text, and how long it takes to start.

use criterion::{Criterion, Throughput};
use plimsoll::detect::{Detector, Selection, Sink};
use plimsoll::rule::{Family, Persona};
use plimsoll::secrets::sample::Sampler;
use plimsoll::secrets::{SecretDetector, Settings};
use plimsoll::source::{Origin, Origins, RelPath, Source};

fn source(path: &str, bytes: Vec<u8>) -> Source {
    Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), bytes)
}

/// Lines that look like a program, with one token every 64 kB.
fn program(bytes: usize) -> Vec<u8> {
    let mut sampler = Sampler::new(1);
    let mut out = Vec::with_capacity(bytes + 200);
    while out.len() < bytes {
        let line = "\tif (unlikely({lower:6}_{lower:4} == {lower:8}->{lower:5}))\n\t\t{lower:5} = {lower:7}_{lower:5}({lower:4}, 0x{hex:4}); /* {lower:5} {lower:3} {lower:7} */\n";
        out.extend(sampler.render(line).map(|sample| sample.text).unwrap_or_default().bytes());
        if out.len() % 65_536 < 130 {
            out.extend(
                sampler
                    .render("token = \"{=github-crc32:ghp_}\"\n")
                    .map(|sample| sample.text)
                    .unwrap_or_default()
                    .bytes(),
            );
        }
    }
    out
}

/// Lines of settings, where the generic detector has most to do.
fn settings(bytes: usize) -> Vec<u8> {
    let mut sampler = Sampler::new(2);
    let mut out = Vec::with_capacity(bytes + 200);
    while out.len() < bytes {
        let line = "{lower:7}_{lower:5}: {alnum:12}\n{upper:6}_KEY={lower:9}\n  {lower:4}: \"{lower:20}\"\n";
        out.extend(sampler.render(line).map(|sample| sample.text).unwrap_or_default().bytes());
    }
    out
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let Ok(detector) = SecretDetector::new(&Settings::default()) else { return };
    let selection = Selection::new(Persona::Regular, vec![Family::Secret]);
    let mut group = criterion.benchmark_group("secrets");
    for source in [source("a.c", program(4 << 20)), source("a.yml", settings(4 << 20))] {
        group.throughput(Throughput::Bytes(u64::from(source.len())));
        group.bench_function(source.path().to_string(), |bencher| {
            bencher.iter(|| {
                let mut sink = Sink::new(&selection);
                detector.inspect(&source, &mut sink);
                sink.sensitive.len()
            });
        });
    }
    group.finish();
    criterion.bench_function("secrets/start-up", |bencher| {
        bencher.iter(|| SecretDetector::new(&Settings::default()).is_ok())
    });
    criterion.final_summary();
}
