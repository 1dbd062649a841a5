//! One suite over a database handle; each way to keep rows runs all of it.

#![expect(
    clippy::unwrap_used,
    reason = "scenarios are tests, and fail by panicking"
)]

mod broken;
mod caches;
mod ingest;
mod model;
mod publish;
mod reach;
mod resolve;
mod serve;
mod speed;
mod store;
mod sweep;
mod world;

macro_rules! suite {
    ($($module:ident: $($scenario:ident),+ $(,)?;)+) => {
        mod sqlite {
            $($(
                #[tokio::test]
                async fn $scenario() {
                    crate::$module::$scenario(crate::world::World::new().await).await;
                }
            )+)+
        }
    };
}

suite! {
    broken:
        broken_means_absent_everywhere,
        the_next_push_of_the_same_frame_heals_all_that_needed_it,
        a_rebuild_that_differs_heals_a_broken_path,
        another_frame_of_a_broken_chunk_heals_by_publishing_again,
        a_chunk_that_was_healed_meanwhile_is_not_marked,
        a_frame_that_lies_is_marked_and_hurts_nobody_else;
    caches:
        settings_change_only_from_what_the_caller_read,
        a_destroyed_cache_hides_all_and_frees_its_name,
        keys_are_added_and_retired_and_never_shown,
        removed_counters_of_other_processes_come_by_polling;
    ingest:
        new_frames_get_consecutive_ids_in_pack_order,
        the_same_frame_is_one_row_for_everybody_and_another_frame_is_another,
        a_pack_to_which_no_row_points_is_in_trash_and_its_lease_stands,
        a_pack_put_more_than_an_hour_ago_is_refused_and_left_in_trash,
        a_pack_for_a_destroyed_cache_leaves_nothing_but_trash,
        unpublished_bytes_of_a_token_are_limited,
        a_pack_of_the_greatest_size_is_one_lease,
        a_lease_outlives_a_killed_client_and_serves_its_next_push;
    publish:
        a_published_path_reads_back_as_it_was_given,
        a_group_that_other_keys_signed_is_refused,
        the_first_publish_of_a_path_wins,
        an_equal_publish_merges_signatures_and_says_so_in_a_record,
        signatures_are_merged_only_by_a_line_that_names_the_chunks_kept,
        replacing_hides_the_old_object_and_keeps_its_nar_for_grace,
        a_group_is_committed_as_a_whole_or_not_at_all,
        a_path_twice_in_a_group_is_published_once,
        a_publish_is_refused_when_its_cache_or_its_record_went,
        a_publish_is_refused_when_a_chunk_broke_or_went_under_it,
        a_known_nar_is_reused_only_for_exactly_its_chunks_in_its_cache,
        equal_nars_in_two_tenants_live_and_go_apart,
        publishing_onto_an_unused_nar_brings_it_back_for_good,
        a_removal_hides_once_and_only_what_its_tombstone_ends;
    resolve:
        an_unverified_frame_is_seen_only_by_those_who_sent_it,
        frames_of_a_hidden_tenant_are_never_seen,
        a_token_that_may_only_push_sees_what_it_sent_itself,
        of_several_frames_the_nearest_then_the_smallest_then_the_oldest_is_taken,
        what_resolve_found_is_kept_for_grace_and_what_a_question_found_is_not,
        what_is_seen_follows_publishes_removals_and_destruction,
        digests_are_answered_in_the_order_asked_up_to_a_limit;
    serve:
        a_damaged_row_is_an_error_and_no_narinfo,
        what_paths_missing_found_is_used_now_where_that_is_an_hour_old,
        touches_move_the_last_use_forward_alone,
        objects_are_listed_by_path_hash_in_pages,
        a_page_ends_early_where_references_are_very_many,
        chunk_places_come_in_the_order_asked;
    store:
        a_machine_that_wakes_up_in_2038_expires_nothing,
        only_a_server_that_ticks_moves_the_clock,
        several_servers_run_the_clock_no_faster,
        a_database_with_packs_is_not_paired_anew,
        seq_order_is_commit_order_across_processes,
        committed_rows_survive_a_restart;
    sweep:
        what_was_resolved_after_the_mark_is_not_condemned,
        what_was_published_after_the_mark_is_not_condemned,
        ids_of_condemned_chunks_are_never_reused,
        the_chunks_of_an_unused_nar_stay_until_its_row_went,
        a_plan_classes_every_row_and_finds_orphans;
}
