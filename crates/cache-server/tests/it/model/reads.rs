//! Steps that look at something.

use std::collections::{BTreeMap, BTreeSet};

use cache_api::ErrorCode;
use nar_format::{NarHash, StoreDir, StorePath, narinfo::NarInfo};
use serde_json::{Value, json};
use token_auth::Permission;

use super::cache::Object;
use super::pool::{CACHES, Pool};
use super::pushes::Outcome;
use super::world::{Url, World};
use crate::http_support::Request;

fn answered() -> Outcome {
    Ok("answered".to_owned())
}

impl World {
    fn pulls(&self, who: usize, name: &str) -> Result<(), ErrorCode> {
        self.state.gate(who, name, &[Permission::Pull])
    }

    /// A published path in the eyes of this tenant.
    fn live(&self, who: usize, name: &str, path: usize) -> Result<&Object, ErrorCode> {
        self.pulls(who, name)?;
        let live = &self.state.caches[name].live;
        live.get(&path).ok_or(ErrorCode::NoSuchPath)
    }

    pub(super) async fn narinfo(
        &mut self,
        who: usize,
        name: &'static str,
        path: usize,
        head: bool,
    ) -> Outcome {
        let hash = Pool::get().paths[path].hash();
        let method = if head { "HEAD" } else { "GET" };
        let request = Request::new(method, &format!("/{name}/{hash}.narinfo"));
        let reply = self.send_as(who, request).await;
        let Ok(object) = self.live(who, name, path) else {
            assert_eq!(reply.status, 404, "{reply:?}");
            return Ok("404".to_owned());
        };
        assert_eq!(reply.status, 200, "{reply:?}");
        let url = Url::of(&self.state, name, path, object);
        if !head {
            self.same_narinfo(name, object, &url, &reply.text());
        }
        if !self.urls.contains(&url) {
            self.urls.push(url);
        }
        Ok("200".to_owned())
    }

    fn same_narinfo(&self, name: &str, object: &Object, url: &Url, text: &str) {
        let info = NarInfo::parse(text, &StoreDir::default()).unwrap();
        let facts = &object.facts;
        assert_eq!(info.store_path, facts.path);
        assert_eq!((info.nar_hash, info.nar_size), (facts.hash, facts.size));
        assert_eq!(
            info.references,
            facts.references.iter().cloned().collect::<Vec<_>>()
        );
        assert_eq!((&info.ca, &info.deriver), (&facts.ca, &object.deriver));
        assert_eq!(
            (info.compression.as_str(), &info.file_hash),
            ("zstd", &None)
        );
        assert_eq!(info.url, url.text(&url.version));
        let size = self.state.served(object).len() as u64;
        assert_eq!(info.file_size, Some(size));
        let sigs: BTreeSet<String> = info.sigs.iter().map(ToString::to_string).collect();
        assert_eq!(
            sigs.len(),
            info.sigs.len(),
            "a signature stands twice: {text}"
        );
        assert_eq!(sigs, self.state.caches[name].signatures(object), "{text}");
    }

    pub(super) async fn listing(&self, who: usize, name: &str, path: usize) -> Outcome {
        let hash = Pool::get().paths[path].hash();
        let reply = self.get(who, &format!("/{name}/{hash}.ls")).await;
        let live = self.live(who, name, path).cloned();
        self.agree(&reply, live.as_ref().map(|_| 200).map_err(Clone::clone))?;
        let is_its = |hash: &NarHash| live.as_ref().is_ok_and(|object| object.facts.hash == *hash);
        let content = Pool::get()
            .contents
            .iter()
            .find(|content| is_its(&content.hash))
            .unwrap();
        let entries = reply.json()["root"]["entries"].clone();
        let names: BTreeSet<&str> = content
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        let found: BTreeMap<String, Value> = serde_json::from_value(entries).unwrap();
        assert_eq!(
            found.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            names
        );
        for file in &content.files {
            let entry = &found[&file.name];
            let at = entry["narOffset"].as_u64().unwrap() as usize;
            assert_eq!(entry["size"], file.bytes.len());
            assert_eq!(content.nar[at..at + file.bytes.len()], file.bytes);
        }
        answered()
    }

    pub(super) async fn page(
        &self,
        who: usize,
        name: &str,
        after: Option<usize>,
        limit: usize,
    ) -> Outcome {
        let hash = |at: usize| Pool::get().paths[at].hash().to_string();
        let after = after.map(hash);
        let mut url = format!("/_api/v2/caches/{name}/paths?limit={limit}");
        if let Some(after) = &after {
            url += &format!("&after={after}");
        }
        let reply = self.get(who, &url).await;
        self.agree(&reply, self.pulls(who, name).map(|()| 200))?;
        let limit = limit.max(1);
        let live = self.state.caches[name].live.iter();
        let all: BTreeMap<String, &Object> = live.map(|(at, object)| (hash(*at), object)).collect();
        let rest = all.iter().filter(|(hash, _)| Some(*hash) > after.as_ref());
        let expected: Vec<(&String, &&Object)> = rest.take(limit).collect();
        let answer = reply.json();
        let paths = answer["paths"].as_array().unwrap();
        assert_eq!(paths.len(), expected.len(), "{answer}");
        for (path, (_, object)) in paths.iter().zip(&expected) {
            self.same_listed(name, path, object);
        }
        let last = expected.last().filter(|_| expected.len() == limit);
        assert_eq!(answer["next"], json!(last.map(|(hash, _)| hash)));
        answered()
    }

    pub(super) async fn path(&self, who: usize, name: &str, path: usize) -> Outcome {
        let hash = Pool::get().paths[path].hash();
        let url = format!("/_api/v2/caches/{name}/paths/{hash}");
        let reply = self.get(who, &url).await;
        let live = self.live(who, name, path);
        self.agree(&reply, live.as_ref().map(|_| 200).map_err(Clone::clone))?;
        self.same_listed(name, &reply.json(), live?);
        answered()
    }

    fn same_listed(&self, name: &str, listed: &Value, object: &Object) {
        let facts = &object.facts;
        let references = facts.references.iter().map(StorePath::base_name);
        let mut listed = listed.clone();
        // Uses are noted now and then.
        let used = listed["accessed_at"].take().as_u64().unwrap();
        assert!(
            (object.created_at..=self.state.now).contains(&used),
            "used at {used}"
        );
        let expected = json!({
            "path": facts.path.absolute(&StoreDir::default()),
            "nar_hash": facts.hash.to_string(),
            "nar_size": facts.size,
            "references": references.collect::<Vec<_>>(),
            "deriver": object.deriver.as_ref().map(StorePath::base_name),
            "ca": facts.ca,
            "sigs": self.state.caches[name].foreign(object),
            "file_size": self.state.served(object).len(),
            "created_at": object.created_at,
            "created_by": object.created_by,
            "accessed_at": null,
        });
        assert_eq!(listed, expected);
    }

    pub(super) async fn info(&self, who: usize, name: &'static str) -> Outcome {
        let reply = self.get(who, &format!("/{name}/nix-cache-info")).await;
        let _ = self.agree(&reply, self.pulls(who, name).map(|()| 200));
        if reply.status == 200 {
            let priority = self.state.caches[name].priority;
            let text = format!("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: {priority}\n");
            assert_eq!(reply.text(), text);
        }
        let reply = self.get(who, &format!("/_api/v2/caches/{name}")).await;
        let gate = self.state.gate(who, name, &Permission::ALL);
        self.agree(&reply, gate.map(|()| 200))?;
        self.same_info(name, &reply.json());
        answered()
    }

    pub(super) fn same_info(&self, name: &'static str, info: &Value) {
        let cache = &self.state.caches[name];
        let key = |own: &super::cache::OwnKey| {
            let state = if own.active { "active" } else { "retired" };
            json!({"public_key": own.key.public().to_string(), "state": state})
        };
        let mut info = info.clone();
        assert!(info["uid"].take().is_string());
        let expected = json!({
            "name": name,
            "uid": null,
            "is_public": cache.is_public,
            "store_dir": "/nix/store",
            "priority": cache.priority,
            "retention": cache.retention,
            "max_size": cache.max_size,
            "upstream_keys": cache.upstream_texts(),
            "public_keys": cache.keys.iter().map(key).collect::<Vec<_>>(),
            "origin": "http://cache.test:80/",
            "substituter": format!("http://cache.test:80/{name}"),
            "created_at": cache.created_at,
        });
        assert_eq!(info, expected);
    }

    pub(super) async fn caches(&self, who: usize) -> Outcome {
        let reply = self.get(who, "/_api/v2/caches").await;
        let rejected = self.state.rejected(who);
        self.agree(&reply, rejected.map_or(Ok(200), Err))?;
        let answer = reply.json();
        let seen = |name: &&str| {
            let cache = self.state.caches.get(name);
            let granted = !self.state.granted(who, name).is_empty();
            cache.is_some_and(|cache| cache.is_public || granted)
        };
        let expected: Vec<&str> = CACHES.into_iter().filter(seen).collect();
        let infos = answer.as_array().unwrap();
        assert_eq!(infos.len(), expected.len(), "{answer}");
        for info in infos {
            let name = expected.iter().find(|name| info["name"] == **name);
            self.same_info(name.expect("a cache that may not be seen"), info);
        }
        answered()
    }
}
