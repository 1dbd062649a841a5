//! Steps that make, change and destroy caches, and their keys.

use cache_api::ErrorCode;
use serde_json::{Map, Value, json};
use token_auth::Permission;

use super::cache::{Cache, OwnKey};
use super::ops::Settings;
use super::pool::Pool;
use super::pushes::{Outcome, below, done};
use super::world::World;

/// The priority of a cache for which none was named.
const PRIORITY: i32 = 41;

impl Settings {
    fn to_json(&self) -> Map<String, Value> {
        let upstream = self.upstream.as_ref().map(|trusted| {
            let key = |at: &usize| Pool::get().foreign[*at].public().to_string();
            trusted.iter().map(key).collect::<Vec<_>>()
        });
        let all = json!({
            "is_public": self.is_public,
            "priority": self.priority,
            "retention": self.retention,
            "max_size": self.max_size,
            "upstream_keys": upstream,
        });
        let Value::Object(mut all) = all else {
            unreachable!()
        };
        all.retain(|_, value| !value.is_null());
        all
    }

    fn is_valid(&self) -> bool {
        self.priority.is_none_or(|priority| priority >= 0)
    }

    fn apply(&self, cache: &mut Cache) {
        cache.is_public = self.is_public.unwrap_or(cache.is_public);
        cache.priority = self.priority.unwrap_or(cache.priority);
        cache.retention = self.retention.or(cache.retention);
        cache.max_size = self.max_size.or(cache.max_size);
        if self.upstream.is_some() {
            cache.upstream.clone_from(&self.upstream);
        }
    }
}

/// The text of a signing key, or of none.
fn secret(key: Option<usize>) -> String {
    let text = |at: usize| Pool::get().keys[at].to_secret_string();
    key.map_or_else(|| "nonsense".to_owned(), text)
}

impl World {
    pub(super) async fn create(
        &mut self,
        who: usize,
        name: &'static str,
        settings: &Settings,
        key: Option<usize>,
    ) -> Outcome {
        let mut body = settings.to_json();
        body.insert("key".to_owned(), secret(key).into());
        let body = Value::Object(body).to_string();
        let reply = self.change(who, "PUT", &below(name, ""), body).await;
        let granted = self.state.granted(who, name);
        let expected = if granted.is_empty() {
            Err(self.state.unauthorized(who))
        } else if !granted.contains(&Permission::CreateCache) {
            Err(ErrorCode::Forbidden)
        } else if self.state.caches.contains_key(name) {
            Err(ErrorCode::CacheExists)
        } else if key.is_none() {
            Err(ErrorCode::InvalidKey)
        } else if !settings.is_valid() {
            Err(ErrorCode::InvalidSettings)
        } else {
            Ok(201)
        };
        self.agree(&reply, expected)?;
        let mut cache = Cache {
            is_public: false,
            priority: PRIORITY,
            retention: None,
            max_size: None,
            upstream: None,
            keys: Vec::new(),
            live: Default::default(),
            gone: Vec::new(),
            created_at: self.state.now,
        };
        settings.apply(&mut cache);
        cache.keys.extend(key.map(own_key));
        self.state.caches.insert(name, cache);
        self.same_info(name, &reply.json());
        done()
    }

    pub(super) async fn configure(
        &mut self,
        who: usize,
        name: &'static str,
        settings: &Settings,
    ) -> Outcome {
        use Permission::{ConfigureCache, ConfigureCacheRetention};
        let keeps = Settings {
            retention: settings.retention,
            max_size: settings.max_size,
            ..Settings::default()
        };
        let body = Value::Object(settings.to_json()).to_string();
        let reply = self.change(who, "PATCH", &below(name, ""), body).await;
        let may = |permission| self.state.may(who, name, permission);
        let either = [ConfigureCache, ConfigureCacheRetention];
        let expected = self.state.gate(who, name, &either).and_then(|()| {
            if (keeps != Settings::default() && !may(ConfigureCacheRetention))
                || (*settings != keeps && !may(ConfigureCache))
            {
                Err(ErrorCode::Forbidden)
            } else if *settings == Settings::default() {
                Err(ErrorCode::InvalidRequest)
            } else if !settings.is_valid() {
                Err(ErrorCode::InvalidSettings)
            } else {
                Ok(200)
            }
        });
        self.agree(&reply, expected)?;
        settings.apply(self.cache(name));
        self.same_info(name, &reply.json());
        done()
    }

    pub(super) async fn destroy(&mut self, who: usize, name: &str) -> Outcome {
        let reply = self.change(who, "DELETE", &below(name, ""), "").await;
        let gate = self.state.gate(who, name, &[Permission::DestroyCache]);
        self.agree(&reply, gate.map(|()| 204))?;
        self.state.caches.remove(name);
        done()
    }

    pub(super) async fn add_key(
        &mut self,
        who: usize,
        name: &'static str,
        key: Option<usize>,
    ) -> Outcome {
        let body = json!({"secret": secret(key)}).to_string();
        let reply = self.change(who, "POST", &below(name, "/keys"), body).await;
        let gate = self.state.gate(who, name, &[Permission::ConfigureCache]);
        let expected = gate.and_then(|()| match key {
            None => Err(ErrorCode::InvalidKey),
            Some(at) if self.own(name, at).is_some() => Err(ErrorCode::KeyExists),
            Some(_) => Ok(201),
        });
        self.agree(&reply, expected)?;
        self.cache(name).keys.extend(key.map(own_key));
        self.same_info(name, &reply.json());
        done()
    }

    pub(super) async fn retire_key(
        &mut self,
        who: usize,
        name: &'static str,
        key: usize,
    ) -> Outcome {
        let path = below(name, &format!("/keys/own-{key}"));
        let reply = self.change(who, "DELETE", &path, "").await;
        let gate = self.state.gate(who, name, &[Permission::ConfigureCache]);
        let expected = gate.and_then(|()| {
            let keys = &self.state.caches[name].keys;
            let active = keys.iter().filter(|own| own.active).count();
            match self.own(name, key) {
                None => Err(ErrorCode::NoSuchKey),
                Some(at) if keys[at].active && active == 1 => Err(ErrorCode::LastKey),
                Some(_) => Ok(200),
            }
        });
        self.agree(&reply, expected)?;
        let at = self.own(name, key).unwrap();
        self.cache(name).keys[at].active = false;
        self.same_info(name, &reply.json());
        done()
    }

    /// Where a cache keeps this key of the pool.
    fn own(&self, name: &str, key: usize) -> Option<usize> {
        let wanted = Pool::get().keys[key].name();
        let keys = &self.state.caches[name].keys;
        keys.iter().position(|own| own.key.name() == wanted)
    }
}

fn own_key(at: usize) -> OwnKey {
    OwnKey {
        key: Pool::get().keys[at].clone(),
        active: true,
    }
}
