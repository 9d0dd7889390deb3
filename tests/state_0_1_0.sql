-- A row in every table as version 0.1.0 wrote them, at revision 0002. :noon is an instant.
INSERT INTO server (server_id, language, moderator_role_id, left_at, approval, log_channel_id, channel_id, zone)
VALUES (7, 'ko', 71, NULL, TRUE, 72, 73, 'Asia/Seoul'), (8, NULL, NULL, :noon, FALSE, NULL, NULL, NULL);
INSERT INTO digest (server_id, channel_id, at, zone, weekdays, topics, role_id, when_empty, publish, tag_id,
    language, set_by, next_at, next_day, paused, paused_until, last_day, last_edition)
VALUES (7, 73, '07:05', 'Asia/Seoul', '026', 'export-controls summit', 74, 'focus', TRUE, 75, 'ko', 76,
    :noon, '2026-11-23', 'moderator', :noon, '2026-11-22', 'edition-1');
INSERT INTO post (post_id, server_id, kind, name, day, due_at, channel_id, status, reason, worker, lease_until,
    claimed_at, attempts, edition, message_id, message_channel_id, ended_at, publish)
VALUES ('claimed', 7, 'digest', NULL, '2026-11-22', :noon, 73, 'claimed', NULL, 'w', :noon, :noon, 1,
    'edition-1', NULL, NULL, NULL, NULL),
    ('sent', 7, 'briefing', 'b0000001', '2026-11-22', :noon, 73, 'sent', NULL, 'w', :noon, :noon, 1,
    'edition-1', 700, 73, :noon, 'waiting');
INSERT INTO post_fact (post_id, fact, version) VALUES ('sent', 'summit/talks', 'v1'), ('sent', 'summit/end', 'v2');
INSERT INTO briefing (briefing_id, server_id, version, status, thing, first, last, language, headline, facts,
    remarks, channel_id, role_id, publish, tag_id, wall, zone, wall_at, due_at, author_id, approver_id, edition,
    reason, edit_at, changed_at)
VALUES ('b0000001', 7, 3, 'stuck', 'summit', NULL, NULL, 'ko', 'The summit', 'summit/talks summit/end', 'Ours',
    73, 74, TRUE, 75, '2026-11-22T21:00', 'Asia/Seoul', :noon, :noon, 1, 2, 'edition-1', 'no-channel', :noon, :noon),
    ('b0000002', 7, 1, 'draft', NULL, '2026-11-01', '2026-11-30', 'en', 'November', '', NULL,
    NULL, NULL, FALSE, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, :noon);
INSERT INTO step (step_id, briefing_id, at, member_id, kind, detail)
VALUES (9, 'b0000001', :noon, NULL, 'stuck', 'no-channel'),
    (3, 'b0000001', :noon, 1, 'edited', '{"headline": ["정상회담", "The summit"], "facts": [["summit/end"], []]}'),
    (2, 'b0000001', :noon, 1, 'began', NULL);
INSERT INTO correction (correction_id, server_id, post_id, facts, status, found_at, member_id, settled_at)
VALUES ('c1', 7, 'sent', 'summit/end=v3 summit/talks=v4', 'open', :noon, NULL, NULL),
    ('c2', 7, 'sent', 'summit/talks=v2', 'posted', :noon, 1, :noon);
INSERT INTO suggestion (suggestion_id, server_id, member_id, thing, text, source, status, made_at, decided_by, decided_at)
VALUES ('s0000001', 7, 5, 'summit/talks', 'It was on Sunday', 'a newspaper', 'accepted', :noon, 1, :noon);
INSERT INTO answer (message_id, server_id, channel_id, facts, answered_at)
VALUES (900, 7, 73, 'summit/talks=v1 summit/end=v2', :noon), (901, 7, 73, '', :noon);
INSERT INTO focus (server_id, fact, day) VALUES (7, 'summit/talks', '2026-11-21');
INSERT INTO edition_fact (edition, fact, version) VALUES ('edition-1', 'summit/talks', 'v1');
INSERT INTO budget (name, free_at) VALUES ('requests', :noon);
