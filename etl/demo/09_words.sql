-- The words. A ticket is about one topic; what is asked, tried and answered in it belongs to that topic,
-- with the product's own parts put in. {Part}, {product}, {version}, {site} and {name} are filled in later.

create table plan.topics as
select *
from (
    values
        (
            1,
            ['{Part} looks broken after the update', 'Layout shifted since {version}', '{product}: {part} overlaps the footer'],
            [
                'Since I updated to {version} {part} is no longer where it was: it slides under the footer on every page.',
                'After last night''s update {part} is drawn twice as wide as its column.',
                '{Part} of {product} jumps to the left as soon as the page has loaded. With the version before it stayed in place.'
            ],
            [
                'Could you send me the address of a page where {part} looks wrong, and the name of the theme?',
                'Do you see the same with a default theme, and with the page cache switched off?',
                'A screenshot of {part} with the browser''s width visible would help me a lot.'
            ],
            [
                'I think an old style sheet is still being served. Please empty the page cache and look again at {part}.',
                'Please set the container width in Settings > Layout to "inherit" and tell me what {part} does then.'
            ],
            [
                'The theme sets a fixed width on the same class. I added a rule to the additional styles and {part} is back in its column.',
                'It was the style sheet of the previous version in your content network. After purging it {part} looks right here.',
                'The option "full bleed" had been switched on by the update. With it off {part} keeps its place.'
            ]
        ),
        (
            2,
            ['{product} cannot be activated', 'Licence key not accepted', 'Activation says "already in use"'],
            [
                'I entered the key from the receipt and {product} answers that it is already in use. I have it on one site only.',
                'We moved from the staging address to {site} and since then {product} asks for activation on every login.',
                'The activation page of {product} keeps loading and ends with "no reply from the licence server".'
            ],
            [
                'Which address does the site report under Tools > Licence? With or without www makes a difference.',
                'Can your server reach other addresses on port 443? The host may block outgoing connections.',
                'Is the staging copy still active? It would count as a second site.'
            ],
            [
                'I released the old activation. Please press "activate" once more.',
                'Please enter the key without the blank at its end; copied from the receipt it often has one.'
            ],
            [
                'The old staging address held the activation. I released it and the key is now bound to {site}.',
                'Your host blocked outgoing requests. After they allowed our address the activation went through.',
                'The key belonged to the single-part edition. I exchanged it and {product} is active.'
            ]
        ),
        (
            3,
            ['{Part} is very slow', 'Page takes ten seconds with {product}', 'High load since {product} {version}'],
            [
                'Pages with {part} need about ten seconds. Without {product} it is less than one.',
                'Our host wrote that {product} uses most of the database time. It began with {version}.',
                '{Part} is quick for visitors but takes ages when I am logged in.'
            ],
            [
                'About how many entries does {part} have to show, and is an object cache in use?',
                'Could you switch on the query log for one page and send me the ten longest lines?',
                'Does it stay slow when you limit {part} to twenty entries?'
            ],
            [
                'Please switch on "load in steps" for {part} and measure again.',
                'I would like you to try with the statistics module off; it counts every view.'
            ],
            [
                'An index was missing on the meta table. I added it and the page is down to 0.8 seconds.',
                'Two plugins rebuilt the same cache on every view. With ours set to hourly {part} is quick again.',
                'With "load in steps" the first view needs half a second now.'
            ]
        ),
        (
            4,
            ['Error message in {part}', '"Unexpected value" when saving {part}', '{product} shows a white page'],
            [
                'When I save {part} I get "unexpected value in line 1" and the change is lost.',
                'Opening {part} gives a white page. The log has one line about memory.',
                '{Part} reports an error on every second click, and the browser''s console is full of red lines.'
            ],
            [
                'Please send the last twenty lines of the error log, they name the place.',
                'Which version of PHP runs on the server, and how much memory may it use?',
                'Can you tell me whether the message comes as well when only {product} is active?'
            ],
            [
                'Please raise the memory limit to 256 MB and try to save {part} again.',
                'I suspect a second copy of the same library. Please deactivate the optimiser for a moment.'
            ],
            [
                'The firewall of the host cut long requests. I split the saving of {part} into two steps, it works now.',
                'One of the entries had a character that the database could not hold. I removed it and saving works.',
                'The memory limit was 64 MB. With 256 MB {part} opens without a message.'
            ]
        ),
        (
            5,
            ['How do I change the colour of {part}?', 'Setting for {part}', 'Is there an option for {part}?'],
            [
                'I would like {part} in our own colours but cannot find where to set them.',
                'The documentation mentions a setting for {part}, in my menu it does not exist.',
                'Can {part} be shown on some pages only? I have looked through all tabs.'
            ],
            [
                'Do you want the change on all pages or only on one?',
                'Which edition do you use? The setting for {part} is part of the full one.',
                'Is your role administrator? Editors do not see that tab.'
            ],
            [
                'You find it under Appearance > {product} > Colours. If the tab is missing, please save the permissions once.',
                'There is no switch for that, but the filter in chapter 6 of the manual does it in two lines.'
            ],
            [
                'The tab appears once the role has the right "design". I set it for you and chose your colours.',
                'It is the third switch in the display rules; I set it for the page you named.',
                'I wrote the two lines for the filter into your child theme, {part} follows them now.'
            ]
        ),
        (
            6,
            ['{Part} does not work on phones', 'Touch problem with {part}', '{product} on small screens'],
            [
                'On my phone {part} does not react to a tap. On the desktop all is well.',
                'In portrait mode {part} is cut off at the right edge.',
                'Visitors write that they cannot close {part} on a phone.'
            ],
            [
                'Which phone and browser is it? I cannot see it on the two I have here.',
                'Does it happen in a private window too?',
                'Is there a cookie banner over {part} at that moment?'
            ],
            [
                'Please try with "native scrolling" switched on in the settings of {part}.',
                'I changed the order of the scripts on {site}. Could you test with your phone again?'
            ],
            [
                'The banner lay over {part} and took the taps. I gave it a lower layer.',
                'A rule of the theme hid everything beyond the edge. With the rule limited to the header {part} is complete.',
                'The browser of that phone needs the passive mode. It is on now and {part} reacts.'
            ]
        ),
        (
            7,
            ['Update of {product} fails', 'Cannot update to {version}', 'Update stops halfway'],
            [
                'The update to {version} stops with "could not copy file" and the site stays in maintenance mode.',
                '{product} offers an update, I press the button, and it still shows the version from before.',
                'We have four sites. On three of them {product} was updated, on {site} it refuses.'
            ],
            [
                'Who owns the folder of the plugin? The update needs the right to write there.',
                'How much space is left on the disk?',
                'Is there a file named .maintenance in the root folder?'
            ],
            [
                'Please delete the folder "upgrade" and start the update again.',
                'You may also replace the folder by hand; the settings of {part} are kept in the database.'
            ],
            [
                'The folder belonged to another user. After the host corrected that, {version} was installed.',
                'The disk quota was used up by old backups. With some space free the update ran through.',
                'I replaced the folder by hand on {site}. {version} runs and the settings are all there.'
            ]
        ),
        (
            8,
            ['Import into {part} stops', 'Export of {part} is empty', 'Moving {product} to another site'],
            [
                'The import of 900 entries stops at number 312, always the same.',
                'I exported {part} and the file has headings but no rows.',
                'After moving to {site} all entries of {part} are there, but without their pictures.'
            ],
            [
                'May I have the file you import, with names taken out?',
                'What is the longest time a script may run on your server?',
                'Did the address of the site change with the move?'
            ],
            [
                'Entry 312 seems to have a line break in its title. Please remove it and try once more.',
                'Please export with the language filter set to "all".'
            ],
            [
                'The file was saved in another encoding. I converted it and all entries are in.',
                'The filter still stood on a language without entries. With "all" the export is complete.',
                'The pictures pointed to the old address. I ran the replacement and they are back.'
            ]
        ),
        (
            9,
            ['No mail from {product}', 'Mails of {product} arrive late', 'Clients do not receive the confirmation'],
            [
                'Since Monday nobody receives the mails that {product} should send. The log of {part} says "sent".',
                'Confirmations arrive after two or three hours, some never.',
                'The mails of {product} land in the spam folder of most of our clients.'
            ],
            [
                'Does the site send through its own server or through a mail service?',
                'Can you see in the log of the mail service whether it took the message?',
                'Which address is entered as the sender?'
            ],
            [
                'Please set a sender of your own domain in Settings > Mail, and send a test.',
                'I think that the task planner of the site does not run. Please open the address of the planner once by hand.'
            ],
            [
                'The planner ran only when somebody visited the site. The host calls it every five minutes now and mails leave at once.',
                'The sender was not allowed by the records of your domain. With the new record the test arrived in the inbox.',
                'The mail service had stopped the account after a price change. It is active again and the queue has been sent.'
            ]
        ),
        (
            10,
            ['{Part} in two languages', 'Translation of {part} missing', 'Wrong date format in {part}'],
            [
                'Half of {part} is in English although the site is in another language.',
                'I translated {product}, and after the update to {version} my texts are gone.',
                'Dates in {part} have month and day exchanged.'
            ],
            [
                'Where is your translation stored? In the folder of the plugin an update replaces it.',
                'Which language is set for the user, not for the site?',
                'Do you use a multi-language plugin besides?'
            ],
            [
                'Please move the file into the common languages folder and load {part} again.',
                'I added the missing lines to our translation, you may fetch it under Tools > Languages.'
            ],
            [
                'Your file lies in the safe folder now; the next update leaves it alone.',
                'The user''s own setting was English. With it on "as the site" {part} is in one language.',
                'The date format came from the theme. I set it in {product} and the days are in order.'
            ]
        ),
        (
            11,
            ['{product} together with another plugin', 'Conflict between {part} and our shop', '{Part} disappears with the optimiser'],
            [
                'With our optimiser active {part} disappears for visitors.',
                '{product} and the shop both want to use the same address, and the shop wins.',
                'As soon as the consent tool is on, {part} stays empty until the page is loaded again.'
            ],
            [
                'What is the name and version of the other plugin?',
                'Does {part} come back when you exclude our script from being combined?',
                'Could you create an account for me on a test copy?'
            ],
            [
                'Please add our folder to the exceptions of the optimiser and empty its cache.',
                'I would like to try another order of loading. May I do so on the test site?'
            ],
            [
                'Our script is on the list of exceptions now and {part} shows for visitors.',
                'I gave {product} an address of its own; the shop and {part} no longer meet.',
                'The consent tool held back our script. I marked it as necessary, as it sets no cookie.'
            ]
        ),
        (
            12,
            ['Settings of {part} are lost', '{Part} does not save', 'My changes to {product} disappear'],
            [
                'I change {part}, save, and after a minute the old state is back.',
                'All settings of {product} were empty this morning. Nobody has touched them.',
                'Editors can change {part}, but their changes are never shown.'
            ],
            [
                'Is there more than one server behind {site}?',
                'When was the last backup put back?',
                'Can you see a line for the change under Tools > History?'
            ],
            [
                'Please switch off the object cache for an hour and change {part} again.',
                'I would first look at the revisions: the third tab of {part} has them.'
            ],
            [
                'The two servers had caches that did not know of each other. With a common one changes to {part} stay.',
                'A nightly script put back an older table. I restored your settings and the host excluded our table.',
                'The changes waited for approval. I gave the editors the right to publish.'
            ]
        )
) as topic (topic_number, subjects, stories, questions, attempts, solutions);

-- What is said in tickets of every kind.
create table plan.phrases as
select *
from (
    values
        (
            'setting',
            [
                'It is a site for a client and they are waiting.',
                'I have already read the manual and cleared all caches.',
                'The site runs on a test copy as well, with the same result.',
                'It happens in all browsers.',
                'A colleague can see it too.',
                'Only {product} and the theme are active.',
                'There is a backup from yesterday.',
                'It worked for months before.',
                'The address is {site}.',
                'Nothing else has been changed.',
                'I can give you access if you need it.',
                'We have an opening next week, so it would be good to know.',
                'It is the same on the staging site.',
                'I am not a developer, so please be patient with me.',
                'Our host says that nothing changed on their side.',
                'A short hint would already help.'
            ]
        ),
        (
            'first_word',
            [
                'Thank you for writing. Yes, I see the same on {site}, on every page.',
                'I had meant to ask about this. It began after the update to {version}.',
                'Yes, please have a look. The page is {site}.',
                'Thanks for telling me. What should I do about it?'
            ]
        ),
        (
            'agent_opening',
            [
                'Hello {name}, our logs show that {part} on {site} reports an error every hour. Have you noticed anything?',
                'Hello {name}, as we said on the phone, I open this ticket about {part} so that nothing gets lost.',
                'Hello {name}, the key of your site is used by an old version of {product}. May we help you with the update?'
            ]
        ),
        (
            'detail',
            [
                'One more thing: it only happens when I am logged out.',
                'I have just seen that it began on the day of the update.',
                'Here is the line from the log: "timeout after 30000 ms".',
                'The host runs PHP 8.2, if that matters.',
                'I tried another browser meanwhile, no difference.',
                'Forgot to say: the site is {site}.',
                'It is back to normal on one page, but not on the others.',
                'Please use the test copy, not the live site.'
            ]
        ),
        (
            'note',
            [
                'Same as the case from last week, check the optimiser first.',
                'Asked the developers, they know about it.',
                'Access data are in the vault.',
                'Could reproduce it with the default theme.',
                'Cannot reproduce it here with {version}.',
                'Waiting for the host, do not close.',
                'Bought twice under different addresses, look at both.',
                'The client prefers short answers.',
                'Add this to the known issues of {product}.',
                'Seen on {site} with my own eyes, {part} really does that.',
                'Nothing in the error log of {site}.',
                'The last update was done by hand, see the files.',
                'Check the licence before you answer.',
                'Second report about {part} since {version}.',
                'I will take this one over tomorrow.',
                'The test copy is at the usual place.',
                'Please answer soon, they wait since yesterday.',
                'It is the theme again, I am nearly sure.',
                'Told the client on which day we come back to this.'
            ]
        ),
        (
            'greeting',
            [
                E'Hello {name},\n',
                E'Hi {name},\n',
                E'Dear {name},\n',
                E'Hello {name},\nthank you for your message. ',
                E'Good day {name},\n',
                ''
            ]
        ),
        (
            'farewell',
            [E'\nBest regards, {agent}', E'\n{agent}', E'\nKind regards, {agent}', '', E' Please tell me how it goes.\n{agent}', '']
        ),
        (
            'reply',
            [
                'Done, but it looks the same here.',
                'That helped with one half of it. The rest of {part} is still wrong.',
                'Here you are: the page is {site}/test, the theme is our own.',
                'I have sent you the access by the form.',
                'Yes, with the default theme it works. So it is our theme?',
                'I asked the host. They say nothing is blocked.',
                'The log has only this: "allowed memory size exhausted".',
                'There is an object cache, yes. I switched it off now.',
                'About 300 entries, and most of them have pictures.',
                'I do not see that menu. Where should it be?',
                'It is the same in a private window.',
                'Thank you, I will try that tonight and come back to you.',
                'Tried it on the test copy. No difference to before.',
                'It changed something: the message is another one now.',
                'Which file do you mean exactly?',
                'We use the full edition, bought in spring.'
            ]
        ),
        (
            'aside',
            [
                'I can test again this afternoon.',
                'Thanks for your patience.',
                'I attach a screenshot.',
                'The test copy shows the same.',
                'Tell me if you need the whole log.',
                'I am in the office until five.',
                'I have not touched anything else.',
                'Sorry for my late answer.',
                'It is {part} that matters most to us.',
                'The page is {site}, as before.',
                'A colleague looked at it with me.',
                'Should I ask the host as well?',
                'We are on {version} now.'
            ]
        ),
        (
            'again',
            [
                'I am sorry, it is back. Since this morning {part} does the same again.',
                'It worked for a day, then the old state returned.',
                'Thanks, that solved it on the first page, but not on the second.',
                'Thank you so much!',
                'After emptying the cache the problem is there again.',
                'It works for me, but not for our visitors.'
            ]
        ),
        (
            'thanks',
            [
                'Works now, thank you!',
                'Great, that was it. Thanks a lot.',
                'Perfect, thank you for the quick help.',
                'Solved, you may close this.',
                'Thank you {agent}, all fine.',
                'Yes! Many thanks from the whole team.',
                'All good now, have a nice weekend.'
            ]
        ),
        (
            'waiting',
            [
                'Is there any news?',
                'I have sent what you asked for. Could you have a look please?',
                'Hello, is somebody working on this?',
                'I am still waiting for an answer about {part}.',
                'Just a reminder, our client keeps asking.'
            ]
        ),
        (
            'deferral',
            [
                'This is a fault in a library we use. It will be in the next release of {product}; I keep the ticket until then.',
                'The map service changed its interface. We have a correction ready for the next release.',
                'You found a fault that comes from the payment provider''s side. It waits for our next release.'
            ]
        ),
        (
            'delivery',
            [
                'The release with the correction is out. Please update {product}, {part} should be fine then.',
                'As promised: the new version of {product} contains the change.'
            ]
        ),
        (
            'refusal',
            [
                'I am sorry, this is about the hosting and not about {product}; we cannot help with it here.',
                'Changing the theme is outside of what we support. A developer near you can do it in an hour.',
                'We do not plan such an option for {part}. Thank you for the idea nevertheless.'
            ]
        ),
        (
            'client_specific',
            [
                'The cause is a rule in the firewall of your host, {product} itself behaves. They can lift it for you.',
                'It comes from a change in the child theme of {site}. On a clean copy {part} works.',
                'The server cuts requests after 30 seconds. On another server the same data work well.'
            ]
        ),
        (
            'not_apparent',
            [
                'I tested {part} on {site} in three browsers and cannot see the fault any more. Please write again if it returns.',
                'Since the host''s maintenance the fault is gone here. I close the ticket and keep an eye on it.'
            ]
        ),
        -- Words that somebody should read, and words that only look like such.
        (
            'outburst',
            [
                'Sorry, but this update sucks.',
                'That is bullshit and you know it.',
                'We are pissed, our shop has been down since the morning.',
                'You bastards broke our shop.'
            ]
        ),
        (
            'harmless',
            [
                'Our shop in Scunthorpe needs it most.',
                'Please write to Dick Turner as well, he looks after our site.',
                'We are in Essex, so mornings are best.',
                'The class of the button has the word assist in it.'
            ]
        ),
        (
            'auto_reply',
            ['We have received your request. A person will answer it, usually within one or two business days.']
        ),
        ('absence', ['I am out of the office until Monday and will read your message then.']),
        ('warning', ['This ticket will be closed in two days unless somebody writes.']),
        ('silenced', ['Closed after eight days without a message. Write again at any time.']),
        ('merged', ['Closed as a duplicate; we go on in the other ticket.'])
) as phrase_row (phrase, texts);

-- What every text of a ticket has in common.
create table plan.subjects_of_talk as
with versions as (
    select
        talks.arrival_number,
        releases.version as newest_version,
        releases.release_number
    from plan.talks
    asof join plan.releases
        on releases.product_number = talks.product_number and releases.released_seconds <= talks.opened_seconds
),
topics_drawn as (
    select
        arrival_number,
        client_number,
        product_number,
        -- The newer ticket of a pair is about what the older one is about.
        case when other_number is not null and not is_older then other_number else arrival_number end as topic_owner
    from plan.talks
),
-- Else a client asks about something new each time.
topics_before as (
    select
        arrival_number,
        min(arrival_number) over asked_before as first_owner,
        count(*) over asked_before - 1 as topic_count
    from topics_drawn
    where arrival_number = topic_owner
    window asked_before as (partition by client_number, product_number order by arrival_number)
)
select
    talks.arrival_number,
    -- The rush after a release asks about updates and layout more often.
    1 + (
        case
            when draw(300, first_owner) < 0.3 then [0, 6, 0, 3][1 + pick(301, first_owner, 4)]
            else pick(302, first_owner, 12)
        end
        + 5 * topic_count
    ) % 12 as topic_number,
    1 + pick(303, topic_owner, 3) as subject_choice,
    1 + pick(304, topic_owner, 3) as story_choice,
    products.features[1 + pick(305, topic_owner, 5)] as part,
    products.product_name,
    products.product_id,
    coalesce(versions.newest_version, '1.0.0') as newest_version,
    -- Some run an older version, some do not say.
    case
        when manners.has_version
            then coalesce(manners.version_before, case when manners.is_behind then older.version end, versions.newest_version)
    end as version,
    manners.has_version and (coalesce(manners.scene = 'outdated', false) or (manners.is_behind and older.version is not null))
        as is_outdated,
    clients.website as site,
    clients.given_name
from plan.talks
inner join topics_drawn on topics_drawn.arrival_number = talks.arrival_number
inner join topics_before on topics_before.arrival_number = topics_drawn.topic_owner
inner join plan.products on products.product_number = talks.product_number
inner join plan.clients on clients.client_number = talks.client_number
inner join plan.manners on manners.arrival_number = talks.arrival_number
left join versions on versions.arrival_number = talks.arrival_number
left join plan.releases as older
    on
        older.product_number = talks.product_number
        and older.release_number = versions.release_number - 1 - pick(307, talks.arrival_number, 3);

create macro fill(template, part, product, version, site, client, agent) as
    replace(replace(replace(replace(replace(replace(replace(
        template,
        '{part}', part),
        '{Part}', upper(part[1]) || part[2:]),
        '{product}', product),
        '{version}', version),
        '{site}', site),
        '{name}', client),
        '{agent}', agent);
