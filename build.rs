//! Turns `rules/**/*.toml` into JSON at build time, so that start-up parses fast JSON and a broken rule file
//! breaks the build, not a user's run.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("images.json"), table(Path::new("rules/images.toml"))?.to_string())?;
    fs::write(out.join("secrets.json"), folder(Path::new("rules/secrets"))?.to_string())?;
    Ok(())
}

/// One array, one object a file, sorted by file name; each object gets a `file` key with the file's stem.
fn folder(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut object = Map::new();
        object.insert("file".to_owned(), Value::String(stem));
        if let Value::Object(content) = table(&path)? {
            object.extend(content);
        }
        all.push(Value::Object(object));
    }
    Ok(Value::Array(all))
}

/// A TOML file as JSON; dates become strings.
fn table(path: &Path) -> Result<Value, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(json(toml::Value::Table(table)))
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
    }
}
