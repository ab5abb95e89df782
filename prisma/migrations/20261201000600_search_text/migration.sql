-- Lists are searched by any part of a name, whatever its case and accents. Trigrams find parts of
-- texts by an index.
create extension if not exists pg_trgm;

-- As foldText in lib/format/fold-text.ts, which says what it does. Its tables are written out, so that
-- no collation and no version of the server changes what an index holds.
create function tlog.fold_text(value text) returns text language sql immutable strict parallel safe as $$
  select case when octet_length(value) = length(value) then lower(value collate "C")
    else translate(
      replace(replace(replace(replace(replace(replace(replace(replace(lower(
        regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g') collate "C"),
        'ß', 'ss'), 'ẞ', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'), 'þ', 'th'), 'Þ', 'th'),
        'ÐØðøĐđĦħıŁłŊŦŧƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎͰͲͶͿΑΒΓΔΕΖΗΘ' ||
        'ΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨ' ||
        'ѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮԱԲԳ' ||
        'ԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
        'dododdhhillŋttɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏͱͳͷϳαβγδεζηθ' ||
        'ικλμνξοπρστυφχψωσϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяѡѣѥѧѩ' ||
        'ѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯաբգ' ||
        'դեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ')
    end
$$;

-- What a certificate is found by: its common name and its alternative names without their types.
create function tlog.certificate_search_text(common_name text, sans text[]) returns text
  language sql immutable strict parallel safe as $$
  select tlog.fold_text(common_name || ' ' || coalesce(string_agg(substr(san, strpos(san, ':') + 1), ' ' order by n), ''))
    from unnest(sans) with ordinality as x (san, n)
$$;

-- Plans are searched by the index of what is pending: each row is entered here once, when it is signed.
create index certificate_search_text on certificate using gin (tlog.certificate_search_text(common_name, sans) gin_trgm_ops) where state <> 'planned';
create index identity_search_text on identity using gin (tlog.fold_text(name || ' ' || owner) gin_trgm_ops);
drop index certificate_names;
drop index certificate_sans;

revoke all on function tlog.fold_text(text), tlog.certificate_search_text(text, text[]) from public;
grant execute on function tlog.fold_text(text), tlog.certificate_search_text(text, text[]) to chancery_app;
